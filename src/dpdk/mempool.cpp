// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mempool.hpp"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_memzone.h>

#include <cerrno>

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

/// Without hugepages a pool of DPDK's begins a page with every mbuf: all headers then fall into the
/// same few sets of the caches. An address is good for devices across pages as well where it is the
/// virtual one.
bool packs() {
  return ::rte_eal_has_hugepages() == 0 && ::rte_eal_iova_mode() == RTE_IOVA_VA;
}

/// One mbuf behind the other, whatever pages they lie on. A negative error number when there is no
/// room. (rte_mempool_populate_default() would leave the mbufs without addresses for devices.)
int populate_packed(::rte_mempool* pool) {
  std::size_t least_chunk = 0;
  std::size_t alignment = 0;
  const auto bytes = ::rte_mempool_op_calc_mem_size_default(pool, pool->size, /*pg_shift=*/0,
                                                            &least_chunk, &alignment);
  if (bytes < 0) return static_cast<int>(bytes);
  const std::string name = fmt::format("MP_{}_0", pool->name);
  const ::rte_memzone* const zone =
      ::rte_memzone_reserve_aligned(name.c_str(), static_cast<std::size_t>(bytes), pool->socket_id,
                                    0, static_cast<unsigned>(alignment));
  if (zone == nullptr) return -rte_errno;
  const auto free = [](::rte_mempool_memhdr*, void* memzone) {
    ::rte_memzone_free(static_cast<const ::rte_memzone*>(memzone));
  };
  const int got = ::rte_mempool_populate_iova(pool, static_cast<char*>(zone->addr), zone->iova,
                                              zone->len, free, const_cast<::rte_memzone*>(zone));
  if (got == static_cast<int>(pool->size)) return got;
  if (got <= 0) ::rte_memzone_free(zone);
  return got < 0 ? got : -ENOMEM;
}

/// Unless somebody has chosen (--mbuf-pool-ops-name, or the platform): the mbufs that were given
/// back last are taken first, since they are in a cache still. DPDK's own kind hands out the ones
/// that nobody has touched for the longest time.
int give_kind(::rte_mempool* pool) {
  const bool chosen =
      ::rte_mbuf_user_mempool_ops() != nullptr || ::rte_mbuf_platform_mempool_ops() != nullptr;
  if (!chosen && ::rte_mempool_set_ops_byname(pool, "stack", nullptr) == 0) return 0;
  return ::rte_mempool_set_ops_byname(pool, ::rte_mbuf_best_mempool_ops(), nullptr);
}

}  // namespace

Result<MempoolView> MempoolView::look_up(const std::string& name) {
  if (::rte_mempool* pool = ::rte_mempool_lookup(name.c_str())) return MempoolView(pool);
  return environment_error(fmt::format("cannot find mempool '{}' in the server's memory", name));
}

Mbufs::Mbufs(std::span<const MempoolView> pools) {
  const auto note = [](::rte_mempool* pool, void* mbufs, void* mbuf, unsigned) {
    static_cast<Mbufs*>(mbufs)->pool_of_.emplace(mbuf, pool);
  };
  for (const MempoolView pool : pools) ::rte_mempool_obj_iter(pool.get(), note, this);
}

bool Mbufs::take_out(const ::rte_mbuf* mbuf) {
  const auto found = pool_of_.find(mbuf);
  if (found == pool_of_.end()) return false;
  ::rte_mempool* const pool = found->second;
  pool_of_.erase(found);
  const std::uint32_t room = ::rte_pktmbuf_data_room_size(pool);
  const void* const buffer =
      reinterpret_cast<const std::byte*>(mbuf + 1) + ::rte_pktmbuf_priv_size(pool);
  return mbuf->pool == pool && mbuf->buf_addr == buffer && mbuf->buf_len == room &&
         std::uint32_t{mbuf->data_off} + mbuf->data_len <= room;
}

Result<Mempool> Mempool::create_default(const std::string& name, const PoolSize& size,
                                        int numa_node) {
  if (::rte_mempool* pool =
          ::rte_pktmbuf_pool_create(name.c_str(), size.mbufs, size.cache, 0,
                                    static_cast<std::uint16_t>(size.data_room), numa_node)) {
    return Mempool(pool);
  }
  return no_room(name, size);
}

/// As rte_pktmbuf_pool_create(), which has no way to tell how mbufs lie and how many lanes there
/// are.
Result<Mempool> Mempool::create(const std::string& name, const PoolSize& size, int numa_node) {
  const Error full = no_room(name, size);
  const bool packed = packs();
  const auto object = static_cast<unsigned>(sizeof(::rte_mbuf) + size.data_room);
  Mempool pool(::rte_mempool_create_empty(name.c_str(), size.mbufs, object, size.cache,
                                          sizeof(::rte_pktmbuf_pool_private), numa_node,
                                          packed ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0));
  if (!pool.pool_) return full;
  ::rte_mempool* const made = pool.pool_.get();
  if (size.lanes > 0) {
    if (Status given = give_lanes(made, size.lanes); !given) return given.error();
  } else if (give_kind(made) != 0) {
    return environment_error(fmt::format("mempool '{}' cannot be of DPDK's kind '{}'", name,
                                         ::rte_mbuf_best_mempool_ops()));
  }
  ::rte_pktmbuf_pool_private sizes = {};
  sizes.mbuf_data_room_size = static_cast<std::uint16_t>(size.data_room);
  ::rte_pktmbuf_pool_init(made, &sizes);
  const int populated = packed ? populate_packed(made) : ::rte_mempool_populate_default(made);
  if (populated < 0) return full;
  ::rte_mempool_obj_iter(made, ::rte_pktmbuf_init, nullptr);
  return pool;
}

}  // namespace ringside::dpdk
