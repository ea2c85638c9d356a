#!/usr/bin/env bash
# page-bench.sh [SIZE]: how fast the page is in Chromium on a database of SIZE customers (default 1000000), every figure beside
# its target. The optimised page, the release server (FLYWHEEL_BIN names another one), the database that `make bench` keeps for
# its scores: filling a million customers takes half an hour, once.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
size=${1:-1000000}
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)} BENCH_DIR=${BENCH_DIR:-$TARGET/bench}
[ -n "$CHROMIUM" ] || die "Chromium is not installed: make setup"
if [ -z "${FLYWHEEL_BIN:-}" ]; then
  scripts/web.sh web
  say "building the release server and the load generator"
  cargo build --release --locked --quiet -p api -p tests --bin flywheel --bin load
  export FLYWHEEL_BIN=$TARGET/release/flywheel
fi
dir=$BENCH_DIR/full-$size server=
mkdir -p "$dir"
if [ ! -f "$dir/filled.json" ]; then
  cargo build --release --locked --quiet -p tests --bin load
  "$TARGET/release/load" fill "$size"
fi
port=$(free_port)
export DATABASE_URL=sqlite:$dir/flywheel.db FLYWHEEL_DATA_DIR=$dir FLYWHEEL_BIND=127.0.0.1:$port FLYWHEEL_URL=http://127.0.0.1:$port
export FLYWHEEL_SECRET=bench-bench-bench-bench-bench-bench-bench-0001 FLYWHEEL_RATE_LIMIT=0 FLYWHEEL_ADDRESS_RATE_LIMIT=0 FLYWHEEL_LOGIN_RATE_LIMIT=0
trap '[ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server" || true; }' EXIT
"$FLYWHEEL_BIN" serve >"$dir/server.log" 2>&1 </dev/null &
server=$!
wait_for "$FLYWHEEL_URL/readyz" "$server" 60 || { tail -30 "$dir/server.log" >&2; die "the server did not start"; }
cd tests/e2e
node speed.mjs
