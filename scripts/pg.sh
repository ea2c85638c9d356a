#!/usr/bin/env bash
# A private PostgreSQL for tests and trials, in a folder of its own under the temporary directory, on a free port of 127.0.0.1.
#   pg.sh up           start it (if it is not running) and print its URL
#   pg.sh url          print its URL
#   pg.sh down         stop it and remove it
#   pg.sh with CMD…    start another one, run CMD with FLYWHEEL_TEST_PG set to its URL, remove it at the end, also when interrupted
# It does not wait for the disk, unless PG_DURABLE=on: what is in it is lost with the machine. PG_AUTOVACUUM=off leaves its tables alone.
. "$(dirname "$0")/lib.sh"
state=$TARGET/pg

initdb=$(initdb_of) bin=${initdb%/*}
need_bin() { [ -n "$initdb" ] || die "PostgreSQL is not installed: make setup"; }

# PostgreSQL refuses to run as root: root becomes 'postgres', or 'nobody'.
as=()
if [ "$(id -u)" = 0 ]; then
  user=$(id -un postgres 2>/dev/null || echo nobody)
  as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --)
fi

# A folder for a cluster; under /tmp where the temporary directory is none that PostgreSQL's user may enter.
new_dir() {
  local under
  under=$(cd "${TMPDIR:-/tmp}" && pwd) || die "there is no temporary directory ${TMPDIR:-/tmp}"
  (cd / && "${as[@]}" test -x "$under") || under=/tmp
  mktemp -d "$under/flywheel-pg.XXXXXX"
}

# start DIR: a new cluster in DIR; sets port. It has no socket in the file system, whose path may be short only: all come by TCP.
start() {
  local dir=$1 try durable=${PG_DURABLE:-off}
  [ ${#as[@]} -eq 0 ] || chown "$user" "$dir"
  cd "$dir"
  "${as[@]}" "$bin/initdb" -D "$dir/data" -U flywheel -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 || { cat "$dir.log" >&2; die "initdb failed"; }
  for try in 1 2 3 4 5; do
    port=$(free_port)
    if "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/server.log" start >>"$dir.log" 2>&1 \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=$durable -c synchronous_commit=$durable -c full_page_writes=$durable -c max_connections=300 -c shared_buffers=128MB -c autovacuum=${PG_AUTOVACUUM:-on}"; then
      cd "$ROOT"; return 0
    fi
  done
  cat "$dir.log" "$dir/server.log" >&2
  die "PostgreSQL did not start"
}
stop() {
  [ -d "$1" ] || return 0
  (cd "$1" && "${as[@]}" "$bin/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1) || true
  rm -rf "$1" "$1.log"
}
running() { [ -s "$state/dir" ] && (cd / && "${as[@]}" "$bin/pg_ctl" -D "$(cat "$state/dir")/data" status >/dev/null 2>&1); }

case ${1:-} in
  up)
    need_bin
    if ! running; then
      dir=$(new_dir)
      start "$dir"
      mkdir -p "$state"
      echo "$dir" >"$state/dir"
      echo "postgres://flywheel@127.0.0.1:$port/postgres" >"$state/url"
    fi
    cat "$state/url" ;;
  url) running || die "not running: make pg-up"; cat "$state/url" ;;
  down) [ ! -s "$state/dir" ] || stop "$(cat "$state/dir")"; rm -rf "$state" ;;
  with)
    shift; need_bin
    dir=$(new_dir)
    trap 'stop "$dir"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # A parent that is killed outright cannot clean up: this one outlives it and does.
    setsid bash "$0" guard $$ "$dir" >/dev/null 2>&1 </dev/null &
    start "$dir"
    code=0
    FLYWHEEL_TEST_PG="postgres://flywheel@127.0.0.1:$port/postgres" "$@" || code=$?
    exit $code ;;
  guard) while kill -0 "$2" 2>/dev/null; do sleep 2; done; stop "$3" ;;
  *) sed -n "2,7p" "$0"; exit 2 ;;
esac
