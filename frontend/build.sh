#!/bin/sh
# usage: frontend/build.sh [dev|web]     makes frontend/dist/
#   web (default)  small: fat LTO, wasm-opt, minified, brotli and gzip siblings, size budget checked
#   dev            fast: for working on the interface
# FLYWHEEL_CACHE (default ~/.cache/flywheel) keeps wasm-bindgen and wasm-split; FLYWHEEL_WASM_TARGET_DIR moves the wasm target directory.
set -eu
cd "$(dirname "$0")"
. ./wasmenv.sh

MODE=${1:-web}
case "$MODE" in web) PROFILE=web ;; dev) PROFILE=web-dev ;; *) echo "usage: $0 [dev|web]" >&2; exit 2 ;; esac
# What scripts/web.sh knows of the page is true no longer.
rm -f pkg/.inputs

# npm tools, exactly as locked
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi

# tool NAME VERSION COMMAND [FEATURES]: installs a crate's program once, outside the clone; TOOL is where it is then.
# The toolchain that builds the server builds these native tools; their own lock file is preferred where the registry has all of it.
tool() {
  DIR=${FLYWHEEL_CACHE:-${HOME:-/tmp}/.cache/flywheel}/$3-$2; TOOL=$DIR/bin/$3
  [ ! -x "$TOOL" ] || return 0
  echo "installing $1 $2 into $DIR (once)"
  # Building runs programs that it has just made, which a temporary directory may forbid; each process builds in a folder of its own.
  set -- install --root "$DIR" --target-dir "$DIR/build.$$" --no-default-features ${4:+--features "$4"} "$1" --version "=$2"
  env -u RUSTC -u RUSTC_BOOTSTRAP "${HOST_CARGO:-cargo}" "$@" --locked || env -u RUSTC -u RUSTC_BOOTSTRAP "${HOST_CARGO:-cargo}" "$@" || {
    rm -rf "$DIR/build.$$"; return 1
  }
  rm -rf "$DIR/build.$$"
}
# wasm-bindgen must be exactly of the locked version.
tool wasm-bindgen-cli "$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' ../Cargo.lock)" wasm-bindgen; BINDGEN=$TOOL
tool wasm_split_cli_support 0.2.4 wasm-split-cli build-binary; SPLIT=$TOOL

# Two toolchains must not share a target directory: each would rebuild what the other made.
TARGET=${FLYWHEEL_WASM_TARGET_DIR:-${CARGO_TARGET_DIR:-$(cd .. && pwd)/target}}
[ -z "$BUILD_STD" ] || TARGET=$TARGET/wasm
# The relocations tell the splitter which function and which datum each function needs.
CARGO_TARGET_DIR=$TARGET "$CARGO" rustc -p frontend --bin frontend --locked --profile "$PROFILE" --target wasm32-unknown-unknown $BUILD_STD -- -C link-arg=--emit-relocs
rm -rf pkg && mkdir pkg
"$SPLIT" "$TARGET/wasm32-unknown-unknown/$PROFILE/frontend.wasm" pkg
# The table and the memory stay exported: the parts import them.
"$BINDGEN" --target web --no-typescript --keep-lld-exports --out-dir pkg --out-name main pkg/main.wasm
rm pkg/main.wasm
# Only features every current browser has: with all of them on, Chromium refuses the module.
[ "$MODE" = dev ] || for FILE in pkg/*.wasm; do
  node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
    --enable-reference-types --enable-multivalue "$FILE" -o "$FILE"
done
exec node pack.mjs "$MODE"
