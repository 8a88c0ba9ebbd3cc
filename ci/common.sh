# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the scripts of this folder: where the repository is, how steps are announced, how a
# preset is built. Callers have `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# step SENTENCE: says what comes next, with the seconds since the script began.
step() {
  printf '== [%3d s] %s\n' "$SECONDS" "$*"
}

# build PRESET [TARGET...]: configures and builds; all targets if none is named.
build() {
  local preset=$1
  shift
  local configure=(cmake --preset "$preset")
  if command -v ccache >/dev/null; then
    configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  step "build: $preset"
  (
    cd "$root"
    # Silent unless it goes wrong: the compiler's words matter, cmake's list of checks does not.
    "${configure[@]}" >"${TMPDIR:-/tmp}/ringside-configure.$$" 2>&1 ||
      { cat "${TMPDIR:-/tmp}/ringside-configure.$$"; rm -f "${TMPDIR:-/tmp}/ringside-configure.$$"; exit 1; }
    rm -f "${TMPDIR:-/tmp}/ringside-configure.$$"
    cmake --build --preset "$preset" ${1:+--target "$@"}
  ) </dev/null
}
