#!/usr/bin/env bash
# Generates a TypeScript and a Python client from openapi/openapi.json; a program that uses each must compile or import.
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$ROOT/tests/e2e"
mkdir -p out/client
node_modules/.bin/openapi-typescript "$ROOT/openapi/openapi.json" -o out/client/api.d.ts >/dev/null
cp client.ts out/client/client.ts
node_modules/.bin/tsc --strict --noEmit --skipLibCheck --module nodenext --moduleResolution nodenext --target es2022 --lib es2022,dom,dom.iterable out/client/client.ts
echo "the generated TypeScript client compiles"

log=out/client/python.log
"$VENV/bin/openapi-python-client" generate --path "$ROOT/openapi/openapi.json" --output-path out/client/flywheel_client --overwrite --meta none >"$log" 2>&1 || { cat "$log" >&2; die "the Python client cannot be generated"; }
# What the generator does not understand it leaves out, with a warning.
if grep -iE "unable to|warning parsing|error\(s\)|will not be generated" "$log" >&2; then die "the Python client is incomplete"; fi
PYTHONPATH=out/client "$VENV/bin/python" client.py
