# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the selftest scripts: makes slower builds, runs comparisons and counts verdicts over all
# of them. Callers have `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$root/build}
[[ -x $build/bin/ringside && -x $build/bin/ringside_core_bench ]] || {
  echo "selftest: error: no ringside and ringside_core_bench in $build/bin; build them, or set BUILD" >&2
  exit 2
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
declare -A verdicts=([worse]=0 [better]=0 [same]=0 ["too noisy to say"]=0)

# slower_build PERCENT DIR: the programs that $build has, doing PERCENT more work. Same sources and
# options, so that the definition is all that differs.
slower_build() {
  local program targets=() configure=(cmake --preset release -B "$2" -DBUILD_TESTING=OFF
    -DRINGSIDE_SLOWDOWN="$1")
  for program in ringside_core_bench ringside_path_bench; do
    [[ ! -x $build/bin/$program ]] || targets+=("$program")
  done
  ! command -v ccache >/dev/null || configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  (cd "$root" && "${configure[@]}" && cmake --build "$2" --target "${targets[@]}") \
    >"$scratch/build.log" 2>&1 || { tail -5 "$scratch/build.log" >&2; exit 5; }
}

# count_in FILE VERDICT: benchmarks of a comparison that have it.
count_in() {
  grep -c "\"verdict\": \"$2\"" "$1" || true
}

# compare_once HEAD_BUILD SEED FILE OPTIONS...: one comparison of $build with HEAD_BUILD.
compare_once() {
  local head=$1 seed=$2 file=$3 code=0
  shift 3
  "$build/bin/ringside" perf ab --base-build "$build" --head-build "$head" --seed "$seed" \
    --no-instructions --json "$file" "$@" >/dev/null 2>"$scratch/error" || code=$?
  ((code == 0 || code == 3)) && return
  tail -1 "$scratch/error" >&2
  echo "selftest: error: perf ab ended with $code" >&2
  exit 6
}

# compare HEAD_BUILD N OPTIONS...: N comparisons of $build with HEAD_BUILD, a line for each.
compare() {
  local head=$1 count=$2 begin=$SECONDS i line verdict found
  [[ $count =~ ^[1-9][0-9]*$ ]] || { echo "selftest: error: \"$count\" is no number of comparisons" >&2; exit 2; }
  shift 2
  for ((i = 1; i <= count; ++i)); do
    compare_once "$head" "$i" "$scratch/$i.json" "$@"
    line=
    for verdict in "${!verdicts[@]}"; do
      found=$(count_in "$scratch/$i.json" "$verdict")
      verdicts[$verdict]=$((verdicts[$verdict] + found))
      ((found == 0)) || line+=" $verdict $found,"
    done
    echo "comparison $i:${line%,} (load $(cut -d' ' -f1 /proc/loadavg))"
  done
  echo "$count comparisons in $((SECONDS - begin)) s: ${verdicts[worse]} worse, ${verdicts[better]} better," \
    "${verdicts[same]} same, ${verdicts["too noisy to say"]} too noisy to say"
}
