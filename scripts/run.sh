#!/usr/bin/env bash
# run.sh [--demo-only]: builds the product, loads the demonstration data into an empty database, and serves it.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
# Whatever the environment does not say, the file of FLYWHEEL_CONFIG does, and then the program's defaults.
[ -n "${DATABASE_URL:-}" ] || unset DATABASE_URL
bind=${FLYWHEEL_BIND:-}
if [ -z "$bind" ] && [ -n "${FLYWHEEL_CONFIG:-}" ]; then
  bind=$(sed -nE "s/^[[:space:]]*bind[[:space:]]*=[[:space:]]*[\"']([^\"']*)[\"'].*/\1/p" "$FLYWHEEL_CONFIG" 2>/dev/null) || true
fi
scripts/web.sh web
need_server
if [ "${1:-}" = --demo-only ]; then exec "$FLYWHEEL_BIN" demo; fi
"$FLYWHEEL_BIN" demo --if-empty
say "open http://${bind:-127.0.0.1:8080} (Ctrl-C stops it)"
exec "$FLYWHEEL_BIN" serve
