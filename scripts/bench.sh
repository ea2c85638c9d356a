#!/usr/bin/env bash
# bench.sh [SIZE…]: builds the release server and drives it at each size (default 100000 1000000 customers, three opportunities each),
# with automation, then scores (50000 and 1000000 customers with ten contacts and ten orders each) and an import on PostgreSQL; every figure beside its target.
# With BENCH_ONLY=requests, BENCH_ONLY=automation or BENCH_ONLY=scores nothing but that is measured.
# The filled databases, up to 20 GB, stay in ${BENCH_DIR:-target/bench} for the next run; filling the largest takes half an hour.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
say "building the release server and the load generator"
# One build for both: apart, their libraries would be compiled twice, with the features of each.
cargo build --release --locked --quiet -p api -p tests --bin flywheel --bin load
export FLYWHEEL_BIN=$TARGET/release/flywheel BENCH_DIR=${BENCH_DIR:-$TARGET/bench}
mkdir -p "$BENCH_DIR"
# The import is measured on PostgreSQL too, where it is installed; it waits for the disk as it does at work.
if [ -z "${FLYWHEEL_TEST_PG:-}" ] && [ -n "$(initdb_of)" ]; then
  PG_DURABLE=on exec "$ROOT/scripts/pg.sh" with "$TARGET/release/load" "$@"
fi
exec "$TARGET/release/load" "$@"
