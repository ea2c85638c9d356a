#!/usr/bin/env bash
# serve-with.sh sqlite|postgres CMD…: starts the server on a fresh database and a free port, runs CMD with FLYWHEEL_URL and DATABASE_URL
# set, stops the server and removes the database. DEMO=1 loads the demonstration data first. PostgreSQL is the one of FLYWHEEL_TEST_PG.
. "$(dirname "$0")/lib.sh"
engine=$1
shift
need_server
dir=$(mktemp -d "${TMPDIR:-/tmp}/flywheel-serve.XXXXXX") server=
bin() { if have psql; then psql "$@"; else "$(dirname "$(initdb_of)")/psql" "$@"; fi; }
name=flywheel_$$
finish() {
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -TERM "$server" && wait "$server" || true
  fi
  [ "$engine" = sqlite ] || bin -q "$FLYWHEEL_TEST_PG" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" || true
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

case $engine in
  sqlite) export DATABASE_URL=sqlite:$dir/flywheel.db ;;
  postgres)
    [ -n "${FLYWHEEL_TEST_PG:-}" ] || die "FLYWHEEL_TEST_PG is not set: scripts/pg.sh with $0 …"
    bin -q "$FLYWHEEL_TEST_PG" -c "CREATE DATABASE $name"
    export DATABASE_URL=${FLYWHEEL_TEST_PG%/*}/$name ;;
  *) die "sqlite or postgres, not $engine" ;;
esac
port=$(free_port)
export FLYWHEEL_BIND=127.0.0.1:$port FLYWHEEL_URL=http://127.0.0.1:$port
export FLYWHEEL_SECRET=${FLYWHEEL_SECRET:-$(node -p 'require("crypto").randomBytes(32).toString("hex")')} FLYWHEEL_DATA_DIR=$dir
export SERVER_LOG=${SERVER_LOG:-$dir/server.log}
cd "$ROOT"
[ -z "${DEMO:-}" ] || "$FLYWHEEL_BIN" demo >"$SERVER_LOG" 2>&1 || { tail -20 "$SERVER_LOG" >&2; die "the demonstration data did not load"; }
"$FLYWHEEL_BIN" serve >>"$SERVER_LOG" 2>&1 </dev/null &
server=$!
export SERVER_PID=$server
wait_for "$FLYWHEEL_URL/readyz" "$server" 60 || { tail -30 "$SERVER_LOG" >&2; die "the server did not start"; }
code=0
"$@" || code=$?
if ! kill -0 "$server" 2>/dev/null; then
  tail -30 "$SERVER_LOG" >&2
  die "the server ended on its own"
fi
exit $code
