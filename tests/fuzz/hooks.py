"""The run must not saw off the branch it sits on: its own key and the administrator who owns it are out of reach of its writes."""

import os
import uuid

import schemathesis

PROTECTED = set(os.environ.get("FUZZ_PROTECTED", "").split())


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.method.upper() == "GET":
        return
    for name, value in list((case.path_parameters or {}).items()):
        if str(value) in PROTECTED:
            case.path_parameters[name] = str(uuid.uuid4())
