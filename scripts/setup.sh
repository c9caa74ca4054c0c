#!/usr/bin/env bash
# Sets up the development environment, in one command: packages, the Python and the servers of the tests, the
# packages of infra/ where there is npm, and the engine in build/release/vdp.
# usage: scripts/setup.sh     Safe to run again: what is there already takes no time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

readonly infra=$root/infra
readonly node_minimum=20

stamp() { sha256sum <"$infra/package-lock.json"; }

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  ((${version%%.*} >= node_minimum))
}

# Only deploying needs it, so a machine without Node.js is told, and is no failure.
infrastructure() {
  local locked=$infra/node_modules/.locked
  [[ -f $infra/package-lock.json ]] || return 0
  if [[ -f $locked && $(<"$locked") == "$(stamp)" ]]; then return; fi
  if ! command -v npm >/dev/null || ! node_is_new_enough; then
    say "note: deploying needs Node.js $node_minimum or newer with npm; install it, and run scripts/setup.sh again"
    return
  fi
  step "packages of infra/package-lock.json" npm ci --prefix "$infra" --no-audit --no-fund ||
    die "npm could not install them (its registry is needed)"
  stamp >"$locked"
}

main() {
  if (($#)); then die "usage: scripts/setup.sh"; fi
  "$root/scripts/install_packages.sh" build test
  "$root/scripts/python_env.sh"
  "$root/scripts/test_servers.sh"
  infrastructure
  step "built build/release/vdp" configure_and_build "$root" release vdp || die "the build failed"
  say "next: PATH=\"$root/build/release:\$PATH\", then docs/template.md; ./test.sh runs all tests"
}

main "$@"
