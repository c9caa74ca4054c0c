#!/usr/bin/env bash
# Installs the system packages of scripts/packages/PURPOSE.txt, and those of the processors.
# usage: scripts/install_packages.sh PURPOSE...     (build, test)
# Does nothing, and says nothing, when all of them are there. VDP_SKIP_PACKAGES=1 skips it altogether.
set -euo pipefail
export LC_ALL=C # sort and comm must agree on the order

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

# One package a line; '#' starts a comment.
read_lists() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | sort -u; }

wanted_packages() {
  local lists=() purpose
  for purpose in "$@"; do
    [[ -f $root/scripts/packages/$purpose.txt ]] ||
      die "no package list scripts/packages/$purpose.txt"
    lists+=("$root/scripts/packages/$purpose.txt")
  done
  # A processor may need libraries that the engine does not.
  local own
  for own in "$root"/processors/*/packages.txt; do
    if [[ -f $own ]]; then lists+=("$own"); fi
  done
  read_lists "${lists[@]}"
}

# Prints those of the named packages that dpkg does not report as installed.
missing_packages() {
  local installed
  # dpkg-query fails when it knows nothing of a package; what it does know it prints all the same.
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p' | sort -u) || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed")
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

apt() {
  # Waits for another apt instead of failing; asks no question.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet -o DPkg::Lock::Timeout=300 "$@"
}

# The package index of a new machine is empty and that of an old one stale, so it is fetched
# when the first try fails, and not when there is no need.
install_or_update() {
  apt install --no-install-recommends "$@" || {
    apt update && apt install --no-install-recommends "$@"
  }
}

refuse() {
  local why=$1
  shift
  say "error: $why"
  say "vdp needs these packages (names of Debian and Ubuntu):"
  say "  $*"
  say "Install them by hand; VDP_SKIP_PACKAGES=1 then skips this step where dpkg does not know them."
  exit 3
}

main() {
  if [[ ${VDP_SKIP_PACKAGES:-} == 1 ]]; then return; fi
  if (($# == 0)); then die "usage: scripts/install_packages.sh PURPOSE..."; fi
  local wanted missing
  # Two assignments: a failure inside <( ) would go unnoticed.
  wanted=$(wanted_packages "$@")
  mapfile -t wanted <<<"$wanted"
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    refuse "this system has no apt" "${wanted[@]}"
  fi
  missing=$(missing_packages "${wanted[@]}")
  if [[ -z $missing ]]; then return; fi
  mapfile -t missing <<<"$missing"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    refuse "packages are missing, this is not root, and there is no sudo" "${missing[@]}"
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  # Asked for before output is captured, so that a password prompt is seen.
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || sudo -v || refuse "sudo was refused" "${missing[@]}"
  fi
  step "packages installed" install_or_update "${missing[@]}" ||
    refuse "apt could not install them" "${missing[@]}"
}

main "$@"
