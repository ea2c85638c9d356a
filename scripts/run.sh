#!/usr/bin/env bash
# run.sh [--demo-only]: builds the product, loads the demonstration data into an empty database, and serves it.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
export DATABASE_URL=${DATABASE_URL:-sqlite:data/flywheel.db}
scripts/web.sh web
need_server
if [ "${1:-}" = --demo-only ]; then exec "$FLYWHEEL_BIN" demo; fi
"$FLYWHEEL_BIN" demo --if-empty
say "open http://${FLYWHEEL_BIND:-127.0.0.1:8080} (Ctrl-C stops it)"
exec "$FLYWHEEL_BIN" serve
