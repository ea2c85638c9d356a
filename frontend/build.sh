#!/bin/sh
# usage: frontend/build.sh [dev|web]     makes frontend/dist/
#   web (default)  small: fat LTO, wasm-opt, minified, brotli and gzip siblings, size budget checked
#   dev            fast: for working on the interface
# FLYWHEEL_CACHE (default ~/.cache/flywheel) keeps wasm-bindgen; FLYWHEEL_WASM_TARGET_DIR moves the wasm target directory.
set -eu
cd "$(dirname "$0")"
. ./wasmenv.sh

MODE=${1:-web}
case "$MODE" in web) PROFILE=web ;; dev) PROFILE=web-dev ;; *) echo "usage: $0 [dev|web]" >&2; exit 2 ;; esac

# npm tools, exactly as locked
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi

# wasm-bindgen of exactly the locked version, kept outside the clone
VERSION=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' ../Cargo.lock)
TOOLS=${FLYWHEEL_CACHE:-${HOME:-/tmp}/.cache/flywheel}/wasm-bindgen-$VERSION
if [ ! -x "$TOOLS/bin/wasm-bindgen" ]; then
  echo "installing wasm-bindgen-cli $VERSION into $TOOLS (once)"
  # The toolchain that builds the server builds this native tool; its own lock file is preferred where the registry has all of it.
  install_cli() { env -u RUSTC -u RUSTC_BOOTSTRAP "${HOST_CARGO:-cargo}" install "$@" --root "$TOOLS" --no-default-features wasm-bindgen-cli --version "=$VERSION"; }
  install_cli --locked || install_cli
fi

# Two toolchains must not share a target directory: each would rebuild what the other made.
TARGET=${FLYWHEEL_WASM_TARGET_DIR:-${CARGO_TARGET_DIR:-$(cd .. && pwd)/target}}
[ -z "$BUILD_STD" ] || TARGET=$TARGET/wasm
CARGO_TARGET_DIR=$TARGET "$CARGO" build -p frontend --locked --profile "$PROFILE" --target wasm32-unknown-unknown $BUILD_STD
rm -rf pkg
"$TOOLS/bin/wasm-bindgen" --target web --no-typescript --out-dir pkg --out-name app \
  "$TARGET/wasm32-unknown-unknown/$PROFILE/frontend.wasm"
# Only features every current browser has: with all of them on, Chromium refuses the module.
[ "$MODE" = dev ] || node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-nontrapping-float-to-int \
  --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue pkg/app_bg.wasm -o pkg/app_bg.wasm
exec node pack.mjs "$MODE"
