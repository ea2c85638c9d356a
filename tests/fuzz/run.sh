#!/usr/bin/env bash
# run.sh sqlite|postgres: Schemathesis with every check over every operation of a fresh server.
# One worker: the parser of Python 3.11 is not safe in several threads. EXAMPLES (default 10) cases per operation, and FUZZ_SECONDS (default
# 12 for each of them) for the whole, bound it; SEED makes a run repeatable.
. "$(dirname "$0")/../../scripts/lib.sh"
if [ "${2:-}" != inside ]; then
  exec env FLYWHEEL_RATE_LIMIT=0 FLYWHEEL_ADDRESS_RATE_LIMIT=0 FLYWHEEL_LOGIN_RATE_LIMIT=0 "$ROOT/scripts/serve-with.sh" "$1" "$0" "$1" inside
fi
out=$TARGET/fuzz-$1
rm -rf "$out"
mkdir -p "$out"
{ read -r token; read -r session; read -r protected; read -r records; } < <(node "$ROOT/tests/fuzz/prepare.mjs") || die "the server could not be set up"
examples=${EXAMPLES:-10}
seconds=${FUZZ_SECONDS:-$((examples > 10 ? examples * 12 : 120))}
export FUZZ_SESSION=$session FUZZ_PROTECTED=$protected FUZZ_RECORDS=$records SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$ROOT/tests/fuzz PYTHONDONTWRITEBYTECODE=1
# It keeps a cache of its own where it runs.
cd "$out"
code=0
"$VENV/bin/st" --config-file "$ROOT/tests/fuzz/schemathesis.toml" run "$ROOT/openapi/openapi.json" --url "$FLYWHEEL_URL" --header "Authorization: Bearer $token" \
  --checks all --mode all --phases examples,coverage,fuzzing,stateful --max-examples "$examples" --max-time "$seconds" \
  --workers 1 --seed "${SEED:-1}" --generation-database none --continue-on-failure --request-timeout 20 \
  --report junit --report-junit-path "$out/junit.xml" --no-color >"$out/log" 2>&1 || code=$?
# Time may run out before the last phase is through, but not before every operation was tried.
{ read -r selected; read -r tested; } < <(sed -nE 's/^ *(Selected|Tested): ([0-9]+).*/\2/p' "$out/log") || true
if [ -z "${tested:-}" ] || [ "$tested" != "$selected" ]; then
  echo "of ${selected:-?} operations ${tested:-none} were tested: FUZZ_SECONDS gives it more than $seconds s" >>"$out/log"
  code=1
fi
tail -"$([ $code = 0 ] && echo 15 || echo 400)" "$out/log"
exit $code
