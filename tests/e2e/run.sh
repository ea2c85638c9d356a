#!/usr/bin/env bash
# run.sh [NAME…]: the browser journeys, all or those named. The first start has an empty server; the others are taken one by one from a
# common list by WORKERS (default 2) that have a server with the demonstration data and a browser each.
. "$(dirname "$0")/../../scripts/lib.sh"
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || die "Chromium is not installed: make setup"
cd "$ROOT/tests/e2e"
run() { node --test --test-concurrency=1 --test-reporter=spec "journeys/$1.test.mjs"; }

# worker CLAIMS NAME…: runs whatever of the list no other worker has begun; CLAIMS holds a directory for each that was.
if [ "${1:-}" = worker ]; then
  claims=$2 code=0
  shift 2
  for name in "$@"; do
    mkdir "$claims/$name" 2>/dev/null || continue
    run "$name" >"$claims/$name/log" 2>&1 || code=1
    flock "$claims" cat "$claims/$name/log"
  done
  exit $code
fi

mkdir -p out
[ $# != 0 ] || rm -rf out/*.png
# The largest first, so that none begins when the others have ended.
mapfile -t all < <(cd journeys && ls -S *.test.mjs | sed 's/\.test\.mjs$//')
names=("${@:-${all[@]}}") others=() first=()
for name in "${names[@]}"; do
  [ -f "journeys/$name.test.mjs" ] || die "there is no journey $name: ${all[*]}"
  if [ "$name" = first-start ]; then first=("$name"); else others+=("$name"); fi
done
claims=$(mktemp -d "${TMPDIR:-/tmp}/flywheel-journeys.XXXXXX")
trap 'rm -rf "$claims"' EXIT
code=0 workers=()
# The journey of webhooks has a receiver of its own on this machine.
export FLYWHEEL_WEBHOOK_PRIVATE=true
serve() { "$ROOT/scripts/serve-with.sh" sqlite "$PWD/run.sh" worker "$claims" "$@"; }
[ ${#first[@]} = 0 ] || serve "${first[@]}" || code=1
for ((worker = 0; worker < ${WORKERS:-2} && worker < ${#others[@]}; worker++)); do
  DEMO=1 serve "${others[@]}" &
  workers+=($!)
done
for worker in "${workers[@]}"; do wait "$worker" || code=1; done
exit $code
