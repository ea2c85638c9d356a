#!/usr/bin/env bash
# test.sh [all|unit [NAME…]|fuzz|e2e|client|real-data]: the steps of `make test`; goes on after a failed step and says at the end which failed.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
without_settings
step=${1:-all}
shift || true

# Everything below shares one private PostgreSQL, unless one is given.
if [ -z "${FLYWHEEL_TEST_PG:-}" ] && [ "$step" != client ]; then
  exec scripts/pg.sh with "$0" "$step" "$@"
fi

failed=() report=()
run() { # run NAME CMD…
  local name=$1 start=$SECONDS code=0
  shift
  say "$name"
  "$@" || code=$?
  report+=("$(printf '%-34s %5d s  %s' "$name" $((SECONDS - start)) "$([ $code = 0 ] && echo ok || echo "FAILED ($code)")")")
  [ $code = 0 ] || failed+=("$name")
}

# Building the tests builds the server that they run; building it apart would compile its libraries a second time,
# with the features of one package instead of the workspace's.
build() { cargo test --locked --workspace --no-run --quiet; }
export FLYWHEEL_BIN=$TARGET/debug/flywheel-under-test
rust_tests() { cargo test --locked --workspace --no-fail-fast --quiet -- "$@"; }
# The page is built beside them: where one build waits for a single processor the other takes the rest.
begin_page() {
  page_log=$(mktemp)
  # In a process group of its own, so that it ends as a whole when this script does.
  set -m
  scripts/web.sh web >"$page_log" 2>&1 &
  page=$!
  set +m
  trap 'kill -- -"$page" 2>/dev/null || true' EXIT
}
page() { local code=0; wait "$page" || code=$?; cat "$page_log" >&2; rm -f "$page_log"; return $code; }
real_data() {
  node tests/real/other-years.mjs || return
  if [ -e "${FLYWHEEL_REAL_DATA:-../shared/data}/crm_sales_pipeline.csv" ]; then
    scripts/real-data.sh "${FLYWHEEL_REAL_DATA:-../shared/data}" | node tests/real/check.mjs
  else
    echo "skipped: there is no public pipeline data at ${FLYWHEEL_REAL_DATA:-../shared/data}"
  fi
}

case $step in
  all)
    begin_page
    run "compiling the tests" build
    run "single-page app, the rest" page
    run "Rust tests, both engines" rust_tests
    run "generated clients" tests/e2e/client.sh
    run "Schemathesis, SQLite" tests/fuzz/run.sh sqlite
    run "Schemathesis, PostgreSQL" tests/fuzz/run.sh postgres
    run "browser journeys" tests/e2e/run.sh
    run "real data" real_data ;;
  unit) run "compiling the tests" build
    run "Rust tests, both engines" rust_tests "$@" ;;
  client) run "generated clients" tests/e2e/client.sh ;;
  fuzz)
    run "compiling the tests" build
    run "Schemathesis, SQLite" tests/fuzz/run.sh sqlite
    run "Schemathesis, PostgreSQL" tests/fuzz/run.sh postgres ;;
  e2e)
    begin_page
    run "compiling the tests" build
    run "single-page app, the rest" page
    run "browser journeys" tests/e2e/run.sh ;;
  real-data) run "real data" real_data ;;
  *) die "unknown step $step" ;;
esac

echo
printf '%s\n' "${report[@]}"
[ ${#failed[@]} = 0 ] || die "failed: ${failed[*]}"
