#!/usr/bin/env bash
# The browser journeys on a fresh server with the demonstration data (and one without, for the first start).
. "$(dirname "$0")/../../scripts/lib.sh"
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || die "Chromium is not installed: make setup"
if [ "${1:-}" != inside ]; then exec "$ROOT/scripts/serve-with.sh" sqlite "$0" inside; fi
cd "$ROOT/tests/e2e"
rm -rf out/*.png
mkdir -p out
exec node --test --test-concurrency=1 --test-reporter=spec journeys/*.test.mjs
