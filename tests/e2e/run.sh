#!/usr/bin/env bash
# The browser journeys: the first start on an empty server, the others on one with the demonstration data.
. "$(dirname "$0")/../../scripts/lib.sh"
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || die "Chromium is not installed: make setup"
cd "$ROOT/tests/e2e"
rm -rf out/*.png
mkdir -p out
run() { node --test --test-concurrency=1 --test-reporter=spec "$@"; }
if [ "${1:-}" = run ]; then shift; run "$@"; exit; fi
code=0
# The journey of webhooks has a receiver of its own on this machine.
export FLYWHEEL_WEBHOOK_PRIVATE=true
"$ROOT/scripts/serve-with.sh" sqlite "$PWD/run.sh" run journeys/first-start.test.mjs || code=1
mapfile -t others < <(ls journeys/*.test.mjs | grep -v first-start)
[ ${#others[@]} = 0 ] || DEMO=1 "$ROOT/scripts/serve-with.sh" sqlite "$PWD/run.sh" run "${others[@]}" || code=1
exit $code
