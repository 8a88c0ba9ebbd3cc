#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# ci/check-layers must find each of these violations, alone in a tree that is otherwise right, and
# must leave that tree alone.
set -euo pipefail
check=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/ci/check-layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

file() { # PATH LINE...
  mkdir -p "$tree/$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$tree/$1"
}
right_tree() {
  rm -rf "${tree:?}"/*
  file src/core/a.hpp '#include <vector>' '#include <fmt/format.h>' '#include "core/b.hpp"'
  file src/dpdk/a.hpp '#include <rte_ring.h>' '#include "core/a.hpp"' '#include "dpdk/b.hpp"'
  file src/server/a.cpp '#include "dpdk/a.hpp"' '#include "core/a.hpp"' '#include "server/b.hpp"'
  file src/wire/a.cpp '#include "pcap/a.hpp"' '#include <unistd.h>'
  file harness/run/a.cpp '#include "harness/run/a.hpp"' '#include "core/a.hpp"' '#include <poll.h>'
  file pcaps/a.cpp '#include "core/result.hpp"' '#include <pcap/pcap.h>'
  file tests/unit/a.cpp '#include "dpdk/a.hpp"'
}
expect() { # VERDICT DESCRIPTION
  local verdict=right
  "$check" "$tree" >"$tree/output" 2>&1 || verdict=wrong
  if [[ $verdict != "$1" ]]; then
    echo "FAILED: $2: called $verdict"
    cat "$tree/output"
    failures=$((failures + 1))
  fi
}
violation() { # PATH INCLUDE
  right_tree
  file "$1" "#include $2"
  expect wrong "$1 includes $2"
  if [[ $(cut -d: -f1 "$tree/output") != "$1" ]]; then
    echo "FAILED: $1 includes $2: something else was complained about"
    cat "$tree/output"
    failures=$((failures + 1))
  fi
}

right_tree
expect right "a tree without violations"
violation src/core/bad.hpp '<rte_mbuf.h>'
violation src/core/bad.hpp '<unistd.h>'
violation src/core/bad.hpp '<sys/mman.h>'
violation src/core/bad.hpp '<nlohmann/json.hpp>'
violation src/core/bad.cpp '"dpdk/ring.hpp"'
violation src/core/bad.cpp '"harness/model/frame.hpp"'
violation src/core/bad.cpp '"../dpdk/ring.hpp"'
violation src/core/deeper/bad.cpp '"server/server.hpp"'
violation src/dpdk/bad.hpp '"server/server.hpp"'
violation src/dpdk/bad.hpp '"harness/model/frame.hpp"'
violation src/pcap/bad.hpp '"dpdk/ring.hpp"'
violation src/host/bad.hpp '"dpdk/ring.hpp"'
violation src/host/bad.cpp '<rte_ring.h>'
violation src/server/bad.cpp '"host/machine.hpp"'
violation src/server/bad.cpp '"client/client.hpp"'
violation src/server/bad.cpp '<rte_ethdev.h>'
violation src/client/bad.cpp '"wire/pacer.hpp"'
violation src/wire/bad.cpp '"harness/model/frame.hpp"'
violation harness/run/bad.cpp '"dpdk/eal.hpp"'
violation harness/run/bad.cpp '<rte_eal.h>'
violation harness/run/bad.cpp '<dpdk/rte_eal.h>'
violation harness/run/bad.cpp '"server/server.hpp"'
violation pcaps/bad.cpp '"harness/model/frame.hpp"'
violation src/newcomer/bad.cpp '"core/a.hpp"'
violation src/bad.cpp '<vector>'

right_tree
file src/core/bad.hpp '  #  include  <rte_mbuf.h>  // in disguise'
expect wrong "an include with blanks around it"

if "$check" --binary "$(command -v no-such-program || echo /nonexistent)" 2>/dev/null; then
  echo "FAILED: a missing program was called fine"
  failures=$((failures + 1))
fi
if ((failures > 0)); then exit 1; fi
echo "every violation was found"
