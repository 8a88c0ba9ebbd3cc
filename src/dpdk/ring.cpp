// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/ring.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

namespace ringside::dpdk {
namespace {

unsigned ring_flags(RingMode mode) {
  switch (mode) {
    case RingMode::kSpSc:
      return RING_F_SP_ENQ | RING_F_SC_DEQ;
    case RingMode::kMpSc:
      return RING_F_SC_DEQ;
    case RingMode::kSpMc:
      return RING_F_SP_ENQ;
    case RingMode::kMpMc:
      return 0;
    case RingMode::kMpRts:
      return RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ;
    case RingMode::kHts:
      return RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ;
  }
  return 0;
}

}  // namespace

Result<RingView> RingView::look_up(const std::string& name) {
  if (::rte_ring* ring = ::rte_ring_lookup(name.c_str())) return RingView(ring);
  return environment_error(fmt::format("cannot find ring '{}' in the server's memory", name));
}

Result<Ring> Ring::create(const std::string& name, unsigned size, int numa_node, RingMode mode) {
  if (::rte_ring* ring = ::rte_ring_create(name.c_str(), size, numa_node, ring_flags(mode))) {
    return Ring(ring);
  }
  return environment_error(
      fmt::format("cannot create ring '{}' of {} ({}); {}", name, size, ::rte_strerror(rte_errno),
                  rte_errno == ENOMEM ? "give more memory (-m) or a smaller --ring-size"
                                      : "use another --file-prefix if another program runs here"));
}

}  // namespace ringside::dpdk
