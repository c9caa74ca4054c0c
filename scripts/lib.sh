# shellcheck shell=bash
# Sourced by run.sh, test.sh and the scripts beside it.

# say LINE...: progress goes to standard error, so that a program's output stays clean.
say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 3
}

# step LABEL COMMAND...: one line a step. What the command prints is shown only when it fails.
step() {
  local label=$1 log start=$SECONDS status=0
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    say "$label ($((SECONDS - start)) s)"
  else
    cat "$log" >&2
    say "$label: failed with exit code $status"
  fi
  rm -f "$log"
  return "$status"
}

# configure_and_build ROOT PRESET [TARGET...]: all targets when none is named. What ccache keeps serves every clone.
configure_and_build() {
  local root=$1 preset=$2 targets=()
  shift 2
  export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
  if (($#)); then targets=(--target "$@"); fi
  # In a subshell: presets are looked up in the current directory.
  (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" "${targets[@]}")
}
