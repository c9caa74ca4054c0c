#!/usr/bin/env bash
# Makes build/peers: the Python environment of the tests, with the versions locked in tests/peers/uv.lock.
# Needs a Python 3.12 or newer: looked for on PATH, then among pyenv's, then asked of uv.
# Does nothing when the environment is that of the lock file already.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

readonly uv_version=0.13.9
readonly uv=$root/build/uv/bin/uv
readonly peers=$root/build/peers

stamp() { cat "$root/tests/peers/uv.lock" "$root/tests/peers/pyproject.toml" | sha256sum; }

up_to_date() {
  [[ -f $peers/.locked && $(<"$peers/.locked") == "$(stamp)" ]] && "$peers/bin/python" -c '' 2>/dev/null
}

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

# uv comes by pip in an environment of its own: that works on every distribution, as any user.
install_uv() {
  if [[ $("$uv" --version 2>/dev/null) == "uv $uv_version"* ]]; then return; fi
  command -v python3 >/dev/null || die "python3 is missing: install python3 and python3-venv"
  rm -rf "$root/build/uv"
  step "uv $uv_version" fetch_uv ||
    die "uv could not be installed: python3-venv and access to PyPI are needed"
}

fetch_uv() {
  python3 -m venv "$root/build/uv" &&
    "$root/build/uv/bin/pip" install --disable-pip-version-check --quiet "uv==$uv_version"
}

# Newer minor versions come last: wheels of the locked packages may not exist for them yet.
python_candidates() {
  local name
  for name in python3.13 python3.12 python3.14 python3 python; do
    command -v "$name" || true
  done
  if command -v pyenv >/dev/null; then
    printf '%s\n' "$(pyenv root)"/versions/3.{13,12,14}*/bin/python
  fi
}

find_python() {
  local candidate
  while read -r candidate; do
    if is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done < <(python_candidates)
  "$uv" python find --no-python-downloads --no-project '>=3.12' 2>/dev/null && return
  # Hardly any retries: where uv's downloads are out of reach, that is to be said at once.
  UV_HTTP_TIMEOUT=30 UV_HTTP_RETRIES=1 step "Python 3.13 downloaded by uv" \
    "$uv" python install --no-bin 3.13 && "$uv" python find --no-project 3.13
}

sync_peers() {
  UV_PROJECT_ENVIRONMENT=$peers UV_PYTHON_DOWNLOADS=never "$uv" sync --quiet --frozen \
    --project "$root/tests/peers" --python "$1"
}

main() {
  if up_to_date; then return; fi
  mkdir -p "$root/build"
  # One at a time, as two shells may run the tests of one tree.
  exec 9>"$root/build/.python_env.lock"
  flock 9
  if up_to_date; then return; fi
  install_uv
  local python
  python=$(find_python) || die "the tests need Python 3.12 or newer, and none was found on PATH, in pyenv or by uv.
Install one, for example: pyenv install 3.13 (Debian 13 and Ubuntu 24.04 have it as python3)"
  rm -f "$peers/.locked"
  step "python environment of the tests ($python)" sync_peers "$python" ||
    die "the packages of tests/peers/uv.lock could not be installed (PyPI is needed)"
  stamp >"$peers/.locked"
}

main
