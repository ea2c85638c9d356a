#!/usr/bin/env bash
# web.sh [web|dev]: frontend/build.sh, but only when something that goes into the page has changed since the last time.
. "$(dirname "$0")/lib.sh"
mode=${1:-web}
cd "$ROOT"
# One at a time: both build into frontend/dist. What the build starts does not hold the lock, as it may outlive it.
exec 9<frontend
! have flock || flock 9
inputs=$( { echo "$mode"; git ls-files -co --exclude-standard -- Cargo.toml Cargo.lock frontend crates/domain crates/contract | LC_ALL=C sort | while read -r file; do [ ! -f "$file" ] || { echo "$file"; git hash-object "$file"; }; done; } | git hash-object --stdin)
# Beside the page, so that it tells of this one whatever the target directory is; frontend/build.sh removes it first of all.
stamp=frontend/pkg/.inputs
if [ -f frontend/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ]; then exit 0; fi
say "building the single-page app ($mode)"
frontend/build.sh "$mode" >&2 9<&-
echo "$inputs" >"$stamp"
