#!/usr/bin/env bash
# Measures the engine beside Python (VirtualiZarr + icechunk), both on the same files and in turns.
# usage: ./bench.sh [--quick]     --quick: each once, and no store of 10,000 steps
# The report goes to standard output and to build/bench.md. Measure on a quiet machine: each table tells its load.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

readonly python=$root/build/peers/bin/python
readonly report=$root/build/bench.md

# Python gets to keep its bytecode, as it does for anybody who uses it: without, starting it takes three times as long.
run_python() {
  env -u PYTHONPATH -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX="$root/build/pycache" VDP="$root/build/release/vdp" \
    PYTHONWARNINGS=ignore "$python" "$@"
}

# The first run of anything compiles bytecode and fills the page cache: not measured.
warm_up() {
  local folder
  folder=$(mktemp -d)
  run_python bench/imerg_archive.py "$folder/archive" 2 &&
    run_python bench/python_loop.py "$folder/archive/data" "$folder/store" 1
  rm -rf "$folder"
}

# section TITLE PROGRAM OPTION...: what the program prints, under a heading.
section() {
  local title=$1 program=$2
  shift 2
  say "== $title"
  printf '## %s\n\n' "$title"
  run_python "bench/$program" "$@"
  printf '\n'
}

measure() {
  section "Start to first granule" startup_vs_python.py --repetitions "$1"
  section "Start of a function" lambda_start.py --repetitions "$1"
  section "Parse" parse_vs_peers.py --repetitions "$2"
  section "Parse over HTTP, 20 ms a request" remote_vs_python.py --repetitions "$2"
  section "Forward" forward_vs_python.py --repetitions "$2"
  section "Growth of the commit" growth_vs_python.py --repetitions "$2" --sizes "${@:3}"
}

main() {
  local plan=(20 5 100 1000 10000)
  case ${1:-} in
    --quick) plan=(3 1 100 1000) ;;
    '') ;;
    *) say "usage: ./bench.sh [--quick]"; exit 2 ;;
  esac
  scripts/install_packages.sh build
  step "built build/release/vdp" configure_and_build "$root" bench vdp parse_loop || die "the build failed"
  scripts/python_env.sh
  step "Python is warm" warm_up || die "the Python loop does not run"
  measure "${plan[@]}" | tee "$report.part"
  mv "$report.part" "$report"
  say "the report is in build/bench.md"
}

main "$@"
