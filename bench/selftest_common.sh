# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the selftest scripts: runs comparisons and counts verdicts over all of them. Callers have
# `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$root/build}
[[ -x $build/bin/ringside && -x $build/bin/ringside_core_bench ]] || {
  echo "selftest: error: no ringside and ringside_core_bench in $build/bin; build them, or set BUILD" >&2
  exit 2
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
declare -A verdicts=([worse]=0 [better]=0 [same]=0 ["too noisy to say"]=0)

# compare HEAD_BUILD N OPTIONS...: N comparisons of $build with HEAD_BUILD, a line for each.
compare() {
  local head=$1 count=$2 begin=$SECONDS i line verdict
  shift 2
  for ((i = 1; i <= count; ++i)); do
    local code=0
    "$build/bin/ringside" perf ab --base-build "$build" --head-build "$head" --seed "$i" \
      --json "$scratch/$i.json" "$@" >"$scratch/$i.txt" 2>/dev/null || code=$?
    ((code == 0 || code == 3)) || { echo "selftest: error: perf ab ended with $code" >&2; exit 6; }
    line=
    for verdict in "${!verdicts[@]}"; do
      local found
      found=$(grep -c "\"verdict\": \"$verdict\"" "$scratch/$i.json" || true)
      verdicts[$verdict]=$((verdicts[$verdict] + found))
      ((found == 0)) || line+=" $verdict $found,"
    done
    echo "comparison $i:${line%,} (load $(cut -d' ' -f1 /proc/loadavg))"
  done
  echo "$count comparisons in $((SECONDS - begin)) s: ${verdicts[worse]} worse, ${verdicts[better]} better," \
    "${verdicts[same]} same, ${verdicts["too noisy to say"]} too noisy to say"
}
