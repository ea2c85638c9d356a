# Sourced by build.sh: decides which Rust builds the WebAssembly, and sets CARGO and BUILD_STD.
# Ordinary machines: `rustup target add wasm32-unknown-unknown` and nothing else happens here.
# Where that target's std cannot be had (Debian: apt-get install rustc-web cargo-web rust-web-src lld) std is built
# from source. FLYWHEEL_WASM=rustup|debian forces one of the two.
CARGO=${CARGO:-cargo}; BUILD_STD=
has_target() { [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)" ]; }
has_debian() { [ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ]; }
case "${FLYWHEEL_WASM:-auto}" in
  rustup) rustup target add wasm32-unknown-unknown ;;
  debian) ;;
  *) has_target || has_debian || { command -v rustup >/dev/null && rustup target add wasm32-unknown-unknown; } || true ;;
esac
if [ "${FLYWHEEL_WASM:-auto}" = debian ] || ! has_target; then
  if has_debian; then
    CARGO=/usr/bin/cargo; BUILD_STD="-Zbuild-std=std,panic_abort"
    export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld
  else
    echo "no std for wasm32-unknown-unknown: run 'rustup target add wasm32-unknown-unknown'," >&2
    echo "or on Debian 'apt-get install rustc-web cargo-web rust-web-src lld'" >&2
    exit 1
  fi
fi
