// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mempool.hpp"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "core/sizing.hpp"
#include "dpdk/lanes.hpp"

namespace ringside::dpdk {
namespace {

Error no_room(const std::string& name, const PoolSize& wanted) {
  const std::uint64_t bytes =
      pool_bytes(wanted, ::rte_eal_has_hugepages() != 0 ? kPage2M : kPage4k);
  return environment_error(fmt::format(
      "no room for mempool '{}': {} mbufs of {} bytes take about {} MB ({}); give DPDK more memory "
      "(-m), or use fewer clients, a smaller --ring-size or a smaller --max-frame",
      name, wanted.mbufs, wanted.data_room, bytes >> 20, ::rte_strerror(rte_errno)));
}

}  // namespace

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
  return no_room(name, {.mbufs = mbufs, .data_room = data_room, .cache = cache});
}

Result<Mempool> Mempool::create_with_lanes(const std::string& name, unsigned mbufs,
                                           unsigned data_room, int numa_node, unsigned lanes) {
  // As rte_pktmbuf_pool_create(), which has no way to tell a kind of pool how many lanes.
  const Error full = no_room(name, {.mbufs = mbufs, .data_room = data_room, .lanes = lanes});
  const auto object = static_cast<unsigned>(sizeof(::rte_mbuf) + data_room);
  Mempool pool(::rte_mempool_create_empty(name.c_str(), mbufs, object, 0,
                                          sizeof(::rte_pktmbuf_pool_private), numa_node, 0));
  if (!pool.pool_) return full;
  if (Status given = give_lanes(pool.pool_.get(), lanes); !given) return given.error();
  ::rte_pktmbuf_pool_private sizes = {};
  sizes.mbuf_data_room_size = static_cast<std::uint16_t>(data_room);
  ::rte_pktmbuf_pool_init(pool.pool_.get(), &sizes);
  if (::rte_mempool_populate_default(pool.pool_.get()) < 0) return full;
  ::rte_mempool_obj_iter(pool.pool_.get(), ::rte_pktmbuf_init, nullptr);
  return pool;
}

}  // namespace ringside::dpdk
