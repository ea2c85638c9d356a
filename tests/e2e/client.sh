#!/usr/bin/env bash
# Generates a TypeScript client from openapi/openapi.json and compiles a program that uses it.
. "$(dirname "$0")/../../scripts/lib.sh"
cd "$ROOT/tests/e2e"
mkdir -p out/client
node_modules/.bin/openapi-typescript "$ROOT/openapi/openapi.json" -o out/client/api.d.ts >/dev/null
cp client.ts out/client/client.ts
node_modules/.bin/tsc --strict --noEmit --skipLibCheck --module nodenext --moduleResolution nodenext --target es2022 --lib es2022,dom,dom.iterable out/client/client.ts
echo "the generated TypeScript client compiles"
