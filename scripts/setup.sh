#!/usr/bin/env bash
# Sets up the development environment, in one command: packages, the Python and the servers of the tests, the packages
# of infra/, and the engine in build/release/vdp.
# usage: scripts/setup.sh     Safe to run again: what is there already takes no time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

main() {
  if (($#)); then die "usage: scripts/setup.sh"; fi
  "$root/scripts/install_packages.sh" build test
  "$root/scripts/python_env.sh"
  "$root/scripts/test_servers.sh"
  "$root/scripts/infra.sh" install
  step "built build/release/vdp" configure_and_build "$root" release vdp || die "the build failed"
  say "next: PATH=\"$root/build/release:\$PATH\" and docs/template.md; ./test.sh runs all tests"
}

main "$@"
