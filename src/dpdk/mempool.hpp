// SPDX-License-Identifier: BSD-3-Clause
// Pools of mbufs: `Mempool` owns one (primary), `MempoolView` was looked up or is borrowed.
#pragma once

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "core/result.hpp"
#include "core/sizing.hpp"

namespace ringside::dpdk {

class MempoolView {
 public:
  MempoolView() = default;
  explicit MempoolView(::rte_mempool* pool) : pool_(pool) {}
  /// Error kEnvironment when the server has made none of that name.
  static Result<MempoolView> look_up(const std::string& name);

  unsigned size() const { return pool_->size; }
  /// mbufs that somebody holds; exact when nothing moves. Less than none: some were given back
  /// twice. Walks all per-lcore caches: not for a loop.
  std::int64_t in_use() const {
    std::int64_t free = ::rte_mempool_get_ops(pool_->ops_index)->get_count(pool_);
    for (unsigned lcore = 0; pool_->cache_size != 0 && lcore < RTE_MAX_LCORE; ++lcore) {
      free += pool_->local_cache[lcore].len;
    }
    return std::int64_t{size()} - free;
  }
  const char* name() const { return pool_->name; }
  ::rte_mempool* get() const { return pool_; }

 private:
  ::rte_mempool* pool_ = nullptr;
};

/// All mbufs of some pools, for who does not believe a pointer.
class Mbufs {
 public:
  explicit Mbufs(std::span<const MempoolView> pools);
  /// Whether it is one of them, with a header that can be; false the second time.
  bool take_out(const ::rte_mbuf* mbuf);

 private:
  std::unordered_map<const void*, ::rte_mempool*> pool_of_;
};

class Mempool {
 public:
  /// With lanes (lanes.hpp), or a stack of DPDK's unless another kind was chosen
  /// (--mbuf-pool-ops-name). Without hugepages mbufs lie closely packed: in 2368 bytes, where a
  /// pool of DPDK's gives each a page, and a server forwards half as much again.
  static Result<Mempool> create(const std::string& name, const PoolSize& size, int numa_node);

  /// As rte_pktmbuf_pool_create() makes it, without lanes.
  static Result<Mempool> create_default(const std::string& name, const PoolSize& size,
                                        int numa_node);

  MempoolView view() const { return MempoolView(pool_.get()); }

  /// Not to be freed any more: without hugepages the memory goes with the last process that maps
  /// it, and freeing would write zeros over all of it, seconds for a pool of large frames.
  void leave_to_process_end() { (void)pool_.release(); }

 private:
  struct Free {
    void operator()(::rte_mempool* pool) const { ::rte_mempool_free(pool); }
  };
  explicit Mempool(::rte_mempool* pool) : pool_(pool) {}
  std::unique_ptr<::rte_mempool, Free> pool_;
};

}  // namespace ringside::dpdk
