#!/usr/bin/env bash
# setup.sh [run|bench|test|lint]: brings what `make run` (default), `make bench`, `make test` or `make lint` needs; does nothing where it is there already.
# System packages come from apt (as root or with sudo); everything else goes to ${FLYWHEEL_CACHE:-~/.cache/flywheel}
# and to node_modules folders inside the clone. frontend/build.sh brings its own npm packages and wasm-bindgen.
. "$(dirname "$0")/lib.sh"
want=${1:-run}
cd "$ROOT"

missing=()
need() { missing+=("$@"); }

# Toolchain: these are the only things that must be on the machine beforehand.
for tool in git make node npm; do have "$tool" || die "'$tool' is missing. Flywheel needs git, make, a C compiler, Node.js 20 and Rust (https://rustup.rs)."; done
have cargo || die "'cargo' is missing. Install stable Rust with rustup (https://rustup.rs)."
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js 20 or newer is needed, this is $(node --version)."
# The oldest Rust that compiles it, as the workspace says.
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml) rust=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || true
[ -n "$rust" ] && [ "$(printf '%s\n' "$oldest" "$rust" | sort -V | head -n 1)" = "$oldest" ] ||
  die "Rust $oldest or newer is needed, this is ${rust:-none}: rustup update stable"
have cc || have gcc || need gcc libc6-dev

has_wasm_std() { [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null || echo /nonexistent)" ]; }
has_debian_wasm() { [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null || echo /nonexistent)/lib/rustlib/src/rust/library" ] && [ -x /usr/bin/cargo ] && have wasm-ld; }
if [ "$want" = lint ]; then
  # The minimal profile of rustup leaves them out.
  components=()
  cargo fmt --version >/dev/null 2>&1 || components+=(rustfmt)
  cargo clippy --version >/dev/null 2>&1 || components+=(clippy)
  if [ ${#components[@]} -gt 0 ]; then
    have rustup || die "these components of Rust are missing: ${components[*]}"
    say "adding the Rust components ${components[*]}"
    rustup component add "${components[@]}" >&2
  fi
elif ! has_wasm_std && ! has_debian_wasm; then
  say "adding the Rust target wasm32-unknown-unknown"
  if ! { have rustup && timeout 120 rustup target add wasm32-unknown-unknown >&2; }; then
    say "rustup cannot add it here: using Debian's rustc with the standard library's source"
    need rustc-web cargo-web rust-web-src lld
  fi
fi

if [ "$want" = bench ] || [ "$want" = test ]; then
  [ -n "$(initdb_of)" ] || need postgresql
  # The shell has a kill of its own; tests and benchmarks need the program.
  type -P kill >/dev/null || need procps
fi
if [ "$want" = test ]; then
  have chromium || have google-chrome || [ -n "${CHROMIUM:-}" ] || need chromium
  [ -d /usr/share/fonts/opentype/noto ] || ! have dpkg || need fonts-noto-cjk
  have python3 && python3 -c 'import venv, ensurepip' 2>/dev/null || need python3 python3-venv
fi

if [ ${#missing[@]} -gt 0 ]; then
  sudo=
  if [ "$(id -u)" != 0 ]; then
    if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo=sudo; else sudo=none; fi
  fi
  if ! have apt-get || [ "$sudo" = none ]; then
    die "these Debian packages are missing and cannot be installed from here: ${missing[*]}
       As root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "installing Debian packages: ${missing[*]}"
  # Debian's PostgreSQL package would start a server of its own on port 5432; only its programs are wanted.
  conf=/etc/postgresql-common/createcluster.conf made=
  unmake() { [ -z "$made" ] || { made=; $sudo rm -f $conf; }; }
  trap unmake EXIT
  case " ${missing[*]} " in *" postgresql "*)
    if [ ! -e $conf ]; then
      $sudo mkdir -p "${conf%/*}"; made=1; echo 'create_main_cluster = false' | $sudo tee $conf >/dev/null
    fi ;;
  esac
  log=$(mktemp)
  if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -20 "$log" >&2
    die "apt-get could not install: ${missing[*]}"
  fi
  rm -f "$log"
  unmake
fi

# npm_ci FOLDER: node_modules exactly as its lock file says, again only after the lock file changed.
npm_ci() {
  local stamp=$1/node_modules/.flywheel-lock
  cmp -s "$1/package-lock.json" "$stamp" && return
  say "npm packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error --cache "${npm_config_cache:-$HOME/.npm}" >&2)
  cp "$1/package-lock.json" "$stamp"
}
if [ "$want" = test ]; then
  npm_ci tests/e2e
  if ! cmp -s tests/fuzz/requirements.txt "$VENV/.flywheel-lock"; then
    say "Python packages for Schemathesis and the generated client"
    rm -rf "$VENV"; mkdir -p "$CACHE"
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check -r tests/fuzz/requirements.txt >&2
    cp tests/fuzz/requirements.txt "$VENV/.flywheel-lock"
  fi
fi
