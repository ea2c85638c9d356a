# Sourced by the other scripts: where things live, and how they speak.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${FLYWHEEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flywheel}
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
VENV=$CACHE/python
export ROOT CACHE TARGET VENV FLYWHEEL_CACHE=$CACHE

# What runs here is reached directly, whatever proxy leads to the rest of the world. `*` is no proxy for anything, but only by itself.
for variable in no_proxy NO_PROXY; do
  hosts=${!variable:-${no_proxy:-${NO_PROXY:-}}}
  for host in 127.0.0.1 localhost; do
    case ,$hosts, in *,"$host",* | ,\*,) ;; *) hosts=${hosts:+$hosts,}$host ;; esac
  done
  export "$variable=$hosts"
done
unset variable hosts host

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The newest initdb; that of Debian's packages is not on the path. Nothing where there is none: psql alone is no server.
initdb_of() { have initdb && readlink -f "$(command -v initdb)" || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1 || true; }

# Takes the caller's settings of the product out of the environment: the servers of tests have settings of their own. The product's
# own list names them.
without_settings() { unset $(sed -n 's/.*env = "\([A-Z_]*\)".*/\1/p' "$ROOT/crates/api/src/config.rs"); }

# The server to run: the one that FLYWHEEL_BIN names, else a debug build.
need_server() {
  [ -n "${FLYWHEEL_BIN:-}" ] || { say "building the server"; cargo build --quiet --locked -p api --bin flywheel; }
  export FLYWHEEL_BIN=${FLYWHEEL_BIN:-$TARGET/debug/flywheel}
}

# A TCP port that is free on the loopback address now.
free_port() {
  node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# wait_for URL PID [SECONDS]: until URL answers 2xx; fails at once when the process PID has ended.
wait_for() {
  local i
  for ((i = 0; i < ${3:-60} * 10; i++)); do
    node -e 'fetch(process.argv[1]).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))' "$1" && return 0
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
