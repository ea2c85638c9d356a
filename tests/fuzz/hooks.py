"""The run must not saw off the branch it sits on: its own key and the administrator who owns it are out of reach of its writes.
And it must find something: half of the made-up ids become that of the record which the preparation made."""

import os
import re
import uuid
import zlib

import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import use_after_free

PROTECTED = set(os.environ.get("FUZZ_PROTECTED", "").split())
RECORDS = dict(pair.split("=", 1) for pair in os.environ.get("FUZZ_RECORDS", "").split())


def record_of(case):
    """The record whose place stands before the `{id}` of the path; none in the stateful phase, which goes by the ids of answers."""
    meta = case.meta
    if meta is None or meta.phase.name.value == "stateful" or meta.generation.mode is GenerationMode.NEGATIVE:
        return None
    place = re.search(r"([a-z_-]+)/\{id\}", case.operation.path)
    return RECORDS.get(place.group(1)) if place else None


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    known = record_of(case)
    # By the id itself, so that a run with the same seed does the same.
    if known and "id" in parameters and zlib.crc32(str(parameters["id"]).encode()) % 2 == 0:
        parameters["id"] = known
    if case.method.upper() == "GET":
        return
    for name, value in list(parameters.items()):
        if str(value) in PROTECTED:
            parameters[name] = str(uuid.uuid4())


def holds_archived(response):
    """Whether the answer is a record which says that it is archived."""
    try:
        body = response.json()
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("archived_at") is not None


@schemathesis.check
def use_after_delete(ctx, response, case):
    """In place of Schemathesis' own check, which knows no archive: what was deleted answers 404, or is a record that says since when it
    is archived and can be restored. What stands below an archived record, its history for one, stays to be read."""
    if case.operation.path.endswith("{id}") and not holds_archived(response):
        return use_after_free(ctx, response, case)
    return None
