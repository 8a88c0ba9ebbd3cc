// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/lanes.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mempool.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "dpdk/ring_end.hpp"
#include "dpdk/ring_remains.hpp"

namespace ringside::dpdk {
namespace {

constexpr const char* kOps = "ringside_lanes";

/// In shared memory: rte_mempool::pool_data.
struct Lanes {
  unsigned count;
  ::rte_ring* ring[kMaxLanes];
};

bool has_lanes(const ::rte_mempool* pool) {
  return std::strcmp(::rte_mempool_get_ops(pool->ops_index)->name, kOps) == 0;
}

Lanes& lanes(const ::rte_mempool* pool) {
  return *static_cast<Lanes*>(pool->pool_data);
}

/// One for the process; ops get no other context.
unsigned own_lane = kServerLane;
LaneUse own_use = LaneUse::kShown;

void free_lanes(::rte_mempool* pool) {
  auto* const all = static_cast<Lanes*>(pool->pool_data);
  if (all == nullptr) return;
  for (unsigned i = 0; i < all->count; ++i) ::rte_ring_free(all->ring[i]);
  ::rte_free(all);
}

/// `pool_config`: the number of lanes.
int make_lanes(::rte_mempool* pool) {
  auto* const all = static_cast<Lanes*>(::rte_zmalloc("lanes", sizeof(Lanes), 0));
  if (all == nullptr) return -ENOMEM;
  pool->pool_data = all;
  // Each has room for all: whoever gives back never finds it full.
  const unsigned size = std::bit_ceil(pool->size + 1);
  const auto count = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(pool->pool_config));
  for (unsigned i = 0; i < count; ++i) {
    const std::string name = fmt::format("{}_{}", pool->name, i);
    const unsigned flags = i == kServerLane ? 0 : RING_F_SP_ENQ;
    all->ring[i] = ::rte_ring_create(name.c_str(), size, pool->socket_id, flags);
    if (all->ring[i] == nullptr) {
      const int error = rte_errno;
      free_lanes(pool);
      pool->pool_data = nullptr;
      return -error;
    }
    ++all->count;
  }
  return 0;
}

/// By the lane's one producer. It always has room.
void put_alone(::rte_ring& lane, void* const* objects, unsigned count) {
  const auto slots = slots_of(lane);
  const std::uint32_t head = lane.prod.head;
  for (unsigned i = 0; i < count; ++i) {
    slots[(head + i) & lane.mask] = static_cast<Packet>(objects[i]);
  }
  // pairs: show_given_back() in the server, when this process is killed here
  __atomic_store_n(&lane.prod.head, head + count, __ATOMIC_RELEASE);
}

int give_back(::rte_mempool* pool, void* const* objects, unsigned count) {
  ::rte_ring& lane = *lanes(pool).ring[own_lane];
  if (own_lane == kServerLane) {
    return ::rte_ring_enqueue_bulk(&lane, objects, count, nullptr) == 0 ? -ENOBUFS : 0;
  }
  put_alone(lane, objects, count);
  if (own_use == LaneUse::kShown) show_given_back(RingView(&lane));
  return 0;
}

int take(::rte_mempool* pool, void** objects, unsigned count) {
  const Lanes& all = lanes(pool);
  unsigned taken = 0;
  for (unsigned i = 0; i < all.count && taken < count; ++i) {
    taken += ::rte_ring_dequeue_burst(all.ring[i], objects + taken, count - taken, nullptr);
  }
  if (taken == count) return 0;
  if (taken > 0) give_back(pool, objects, taken);
  return -ENOBUFS;
}

bool is_known() {
  const ::rte_mempool_ops* const all = ::rte_mempool_ops_table.ops;
  return std::any_of(all, all + ::rte_mempool_ops_table.num_ops,
                     [](const ::rte_mempool_ops& ops) { return std::strcmp(ops.name, kOps) == 0; });
}

unsigned count_free(const ::rte_mempool* pool) {
  const Lanes& all = lanes(pool);
  unsigned sum = 0;
  for (unsigned i = 0; i < all.count; ++i) sum += ::rte_ring_count(all.ring[i]);
  return sum;
}

}  // namespace

void register_lanes() {
  if (is_known()) return;
  ::rte_mempool_ops ops = {};
  std::strncpy(ops.name, kOps, sizeof(ops.name) - 1);
  ops.alloc = make_lanes;
  ops.free = free_lanes;
  ops.enqueue = give_back;
  ops.dequeue = take;
  ops.get_count = count_free;
  ::rte_mempool_register_ops(&ops);
}

void use_lane(unsigned lane, LaneUse use) {
  own_lane = lane;
  own_use = use;
}

void show_given_back(RingView lane) {
  ::rte_ring& ring = *lane.get();
  if (ring.prod.tail == ring.prod.head) return;
  // pairs: the look at prod.tail of rte_ring_dequeue_burst() in take()
  __atomic_store_n(&ring.prod.tail, ring.prod.head, __ATOMIC_RELEASE);
}

void mend_taking(const ::rte_mempool* pool) {
  if (!has_lanes(pool)) return;
  const Lanes& all = lanes(pool);
  for (unsigned i = 0; i < all.count; ++i) mend_taking(RingView(all.ring[i]));
}

std::uint32_t given_back_so_far(RingView lane) {
  return lane.get()->prod.head;
}

Status give_lanes(::rte_mempool* pool, unsigned count) {
  auto* const config = reinterpret_cast<void*>(std::uintptr_t{count});
  if (const int error = ::rte_mempool_set_ops_byname(pool, kOps, config); error != 0) {
    return environment_error(
        fmt::format("mempool '{}' cannot have lanes: {}", pool->name, ::rte_strerror(-error)));
  }
  return Done{};
}

RingView lane_of(const ::rte_mempool* pool, unsigned lane) {
  const bool has = has_lanes(pool) && lane < lanes(pool).count;
  return has ? RingView(lanes(pool).ring[lane]) : RingView();
}

}  // namespace ringside::dpdk
