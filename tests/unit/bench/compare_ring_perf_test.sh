#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# bench/compare_ring_perf with stand-ins for both programs: which lines of theirs it takes for the
# same case, and what it says when there is none.
set -euo pipefail
compare=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/bench/compare_ring_perf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

program() { # NAME: the script on standard input
  { echo '#!/bin/bash'; cat; } >"$work/$1"
  chmod +x "$work/$1"
}
# 20 cycles for an element, which ring_perf_autotest says for both cores together, as 40.
dpdk_test_using() { # WHAT
  program dpdk-test <<PROGRAM
cat >/dev/null
echo '### Testing using $1 ###'
echo 'legacy APIs: SP/SC: bulk (size: 32): 40.00'
echo '### Testing using all worker nodes ###'
echo 'legacy APIs: SP/SC: bulk (size: 32): 99.00'
PROGRAM
}
ring_bench_that_writes() { # LINES
  program ringside_ring_bench <<PROGRAM
for word in "\$@"; do [[ \$word == --benchmark_out=* ]] && cat >"\${word#*=}" <<'JSON'
$1
JSON
done
exit 0
PROGRAM
}
expect() { # CODE LINE DESCRIPTION
  local code=0
  PATH=$work:$PATH BIN_DIR=$work "$compare" 1 >"$work/output" 2>&1 || code=$?
  if [[ $code != "$1" ]] || ! grep -qE "$2" "$work/output"; then
    echo "FAILED: $3: exit code $code"
    cat "$work/output"
    failures=$((failures + 1))
  fi
}

measured='"name": "ring/sp-sc/size:4096/bulk/copy/32/1:1/threads",
"run_type": "iteration",
"cycles_per_element": 20.5,'
for what in "two physical cores" "two hyperthreads" "two NUMA nodes"; do
  dpdk_test_using "$what"
  ring_bench_that_writes "$measured"
  expect 0 '^sp-sc/bulk/32/threads +20\.00 +20\.50 +1\.0' "two CPUs that are $what"
done

dpdk_test_using "all worker nodes"
expect 1 'not measured by both' "a case of one program only"
ring_bench_that_writes '"benchmarks": []'
program dpdk-test <<<'cat >/dev/null'
expect 1 'neither program measured' "no case at all"

((failures == 0)) && echo "compare_ring_perf: all as expected"
