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

# section TITLE PROGRAM OPTION...: what the program prints, under a heading.
section() {
  local title=$1 program=$2
  shift 2
  say "== $title"
  printf '## %s\n\n' "$title"
  env -u PYTHONPATH VDP="$root/build/release/vdp" PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore RUST_LOG=error \
    "$python" "bench/$program" "$@"
  printf '\n'
}

measure() {
  section "Start to first granule" startup_vs_python.py --repetitions "$1"
  section "Parse" parse_vs_python.py --repetitions "$2"
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
  step "built build/release/vdp" configure_and_build "$root" release vdp || die "the build failed"
  scripts/python_env.sh
  measure "${plan[@]}" | tee "$report.part"
  mv "$report.part" "$report"
  say "the report is in build/bench.md"
}

main "$@"
