#!/usr/bin/env bash
# Builds the engine and runs the pipeline of one dataset file; without one, that of the sample archive.
# usage: ./run.sh [DATASET.toml] [options of `vdp run`]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

# The first argument is the dataset file unless it is an option. It is relative to where the user stands.
dataset=$root/samples/miroc6-ta/dataset.toml
if (($#)) && [[ $1 != -* ]]; then
  dataset=$1
  shift
  [[ -r $dataset ]] || { say "error: cannot read the dataset file $dataset"; exit 2; }
fi

"$root/scripts/install_packages.sh" build
if [[ ! -x $root/build/release/vdp ]]; then say "building the engine: some minutes, this first time"; fi
step "built build/release/vdp" configure_and_build "$root" release vdp || die "the build failed"
exec "$root/build/release/vdp" run "$dataset" "$@"
