// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mempool.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

namespace ringside::dpdk {

Result<MempoolView> MempoolView::look_up(const std::string& name) {
  if (::rte_mempool* pool = ::rte_mempool_lookup(name.c_str())) return MempoolView(pool);
  return environment_error(fmt::format("cannot find mempool '{}' in the server's memory", name));
}

Result<Mempool> Mempool::create(const std::string& name, unsigned mbufs, unsigned cache,
                                unsigned data_room, int numa_node) {
  if (::rte_mempool* pool = ::rte_pktmbuf_pool_create(
          name.c_str(), mbufs, cache, 0, static_cast<std::uint16_t>(data_room), numa_node)) {
    return Mempool(pool);
  }
  const double megabytes = mbufs * (data_room + 128.0) / 1e6;
  return environment_error(fmt::format(
      "no room for mempool '{}': {} mbufs of {} bytes, about {:.0f} MB ({}); give DPDK more memory "
      "(-m), or use fewer clients, a smaller --ring-size or a smaller --max-frame",
      name, mbufs, data_room, megabytes, ::rte_strerror(rte_errno)));
}

}  // namespace ringside::dpdk
