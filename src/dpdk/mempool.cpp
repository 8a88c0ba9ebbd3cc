// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mempool.hpp"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "core/sizing.hpp"

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
  PoolSize wanted;
  wanted.mbufs = mbufs;
  wanted.data_room = data_room;
  wanted.cache = cache;
  const std::uint64_t bytes =
      pool_bytes(wanted, ::rte_eal_has_hugepages() != 0 ? kPage2M : kPage4k);
  return environment_error(fmt::format(
      "no room for mempool '{}': {} mbufs of {} bytes take about {} MB ({}); give DPDK more memory "
      "(-m), or use fewer clients, a smaller --ring-size or a smaller --max-frame",
      name, mbufs, data_room, bytes >> 20, ::rte_strerror(rte_errno)));
}

}  // namespace ringside::dpdk
