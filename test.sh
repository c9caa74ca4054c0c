#!/usr/bin/env bash
# The gate: builds everything, runs all tests, and fails if anything does or if there was nothing to run.
# usage: ./test.sh [--long]     --long adds the campaigns (VDP_TEST_LONG=1 for the tests) and ThreadSanitizer
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

readonly release=$root/build/release/vdp
readonly peers=$root/build/peers/bin/python
readonly logs=$root/build/logs
readonly unsteady=$logs/unsteady-tests

declare -A verdict=()
order=()

log_of() { printf '%s/%s.log' "$logs" "${1//[^a-z0-9]/-}"; }

# stage NAME [after STAGE]... COMMAND...: runs it and notes verdict and duration. A stage is skipped where one that it
# comes after did not pass, which counts as a failure; the others still run, so that one run shows all that is broken.
stage() {
  local name=$1 start=$SECONDS log
  log=$(log_of "$name")
  shift
  order+=("$name")
  while [[ $1 == after ]]; do
    if [[ ${verdict[$2]} != passed* ]]; then
      verdict[$name]="skipped, as '$2' did not pass"
      return
    fi
    shift 2
  done
  say "== $name"
  if "$@" </dev/null 2>&1 | tee "$log"; then
    verdict[$name]="passed  $((SECONDS - start)) s"
  else
    verdict[$name]="FAILED  $((SECONDS - start)) s"
  fi
  say "== $name: ${verdict[$name]}"
}

build() {
  local label="built preset $1"
  step "$label" configure_and_build "$root" "$@"
}

unit_tests() { ctest --preset "$1" --output-on-failure --no-tests=error --parallel 2; }

run_pytest() {
  env -u PYTHONPATH VDP="$release" PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY="$root/build/.hypothesis" \
    "$peers" -m pytest tests -q --timeout 900 -o cache_dir="$root/build/.pytest_cache" "$@"
}

# These start servers and kill processes beside each other. A few that fail are run once more, alone: what passes then is
# no failure, but it is named in the summary, and is a fault to be found. Exit code 5, "no tests collected", is a failure
# like any other.
system_tests() {
  local code=0 failed=$root/build/.pytest_cache/v/cache/lastfailed
  rm -f "$failed"
  run_pytest -n 2 || code=$?
  if ((code != 1)) || (($(grep -c '::' "$failed") > 3)); then return "$code"; fi
  say "== once more, alone:"
  grep '::' "$failed" | tee "$unsteady" >&2
  run_pytest --last-failed
}

check_scripts() { shellcheck -x run.sh test.sh bench.sh .ci/run scripts/*.sh; }

# The end of what each failed stage said once more, at the end of it all: there it is looked for, and a service that cuts
# a long output keeps it.
failures() {
  local name
  for name in "${order[@]}"; do
    if [[ ${verdict[$name]} == FAILED* ]]; then
      say "== the end of: $name"
      tail -n 60 "$(log_of "$name")" | cut -c 1-400
    fi
  done
}

summary() {
  local name passed=0 failed=0
  failures
  say
  for name in "${order[@]}"; do
    say "$(printf '%-28s %s' "$name" "${verdict[$name]}")"
    if [[ ${verdict[$name]} == passed* ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  if [[ -s $unsteady ]]; then say "failed at first, and were run once more:" "$(<"$unsteady")"; fi
  printf 'stages: %d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

main() {
  local long=0
  case ${1:-} in
    --long) long=1 ;;
    '') ;;
    *) say "usage: ./test.sh [--long]"; exit 2 ;;
  esac
  if ((long)); then export VDP_TEST_LONG=1; fi

  mkdir -p "$logs"
  rm -f "$unsteady"
  stage "packages" scripts/install_packages.sh build test
  stage "python" after "packages" scripts/python_env.sh
  stage "test servers" after "packages" scripts/test_servers.sh
  stage "scripts" after "packages" check_scripts
  stage "build release" after "packages" build release vdp
  stage "build dev" after "packages" build dev
  stage "infra" after "packages" after "python" after "build release" scripts/infra.sh
  stage "unit tests" after "build dev" unit_tests dev
  stage "system tests" after "python" after "test servers" after "build release" after "build dev" system_tests
  # Last, as it costs the most and nothing waits for it.
  stage "build asan" after "unit tests" build asan
  stage "unit tests, asan" after "build asan" unit_tests asan
  if ((long)); then
    stage "build tsan" after "unit tests" build tsan
    stage "unit tests, tsan" after "build tsan" unit_tests tsan
  fi
  summary
}

main "$@"
