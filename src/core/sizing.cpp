// SPDX-License-Identifier: BSD-3-Clause
#include "core/sizing.hpp"

#include <algorithm>
#include <bit>

namespace ringside {

namespace {

constexpr unsigned kMbufHeader = 128;           // sizeof(rte_mbuf)
constexpr unsigned kObjectHeader = 64;          // of a mempool object
constexpr unsigned kRingHeader = 704;           // rte_ring, its memzone and the allocator's element
constexpr unsigned kPoolHeader = 4 << 10;       // rte_mempool, its memzones and chunk lists
constexpr unsigned kCachesOfPool = 1032 << 10;  // RTE_MAX_LCORE caches, in use or not
constexpr unsigned kEalBytes = 8 << 20;     // services, devices' private data, telemetry, memzones
constexpr unsigned kPortBytes = 512 << 10;  // a virtual device took 180 KiB; a NIC's queues more
/// rte_service_init of every secondary (155,904 bytes), for some restarts of each.
constexpr unsigned kSecondaryBytes = 4 * 160 << 10;

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}

/// Packets between reception and transmission, wherever they are.
unsigned packets_under_way(const SizingInput& in) {
  const unsigned with_clients = in.clients * (in.ring_size - 1);
  const unsigned of_client = std::max(in.burst, default_burst(in.ring_size));
  const unsigned direct = in.direct ? in.clients * of_client * (1 + in.ports) : 0;
  // One burst just received, one just taken back, and staging for each client and each port.
  const unsigned staged = in.server_lcores * in.burst * (2 + in.clients + in.ports);
  // Packets that change hands when clients come and go, with each receiver: some wait for the old
  // owner of their flow, some for room with the new one.
  const unsigned moving = hold_capacity(in.ring_size, in.burst) + most_kept(in.ring_size);
  return with_clients + direct + staged + in.rx_queues * moving;
}

/// Others than the server give mbufs back: clients that transmit, a wire.
bool is_given_back_to(const SizingInput& in) {
  return in.direct || in.wire_ports != 0;
}

/// mbufs that lie in the caches of the server's lcores, which are flushed at 1.5 times their size.
/// A pool with lanes has no caches.
unsigned cached(const SizingInput& in) {
  return is_given_back_to(in) ? 0 : in.server_lcores * (kMempoolCache * 3 / 2);
}

PoolSize pool_for(const SizingInput& in, unsigned packets, unsigned single_mbufs) {
  PoolSize pool;
  const unsigned room = std::clamp(in.max_frame, kMinFrameRoom, kMaxFrameRoom);
  pool.data_room = static_cast<unsigned>(divide_up(room, 64) * 64) + kHeadroom;
  pool.segments = static_cast<unsigned>(std::max<std::uint64_t>(1, divide_up(in.max_frame, room)));
  pool.mbufs = packets * pool.segments + single_mbufs;
  if (is_given_back_to(in)) {
    pool.cache = 0;
    pool.lanes = 2 + (in.direct ? in.clients : 0);  // server, wire
  }
  return pool;
}

}  // namespace

PoolSize server_pool(const SizingInput& in) {
  const unsigned nic_ports = in.ports - in.wire_ports;
  const unsigned to_transmit = nic_ports * in.tx_queues * in.tx_descriptors;
  const unsigned to_fill = nic_ports * in.rx_queues * in.rx_descriptors;
  return pool_for(in, packets_under_way(in) + to_transmit + in.preloaded, to_fill + cached(in));
}

PoolSize wire_pool(const SizingInput& in) {
  const unsigned on_wires = in.wire_ports * 2 * in.wire_ring_size;  // in and out
  const unsigned in_wire_process = in.wire_ports * 2 * in.burst;
  return pool_for(in, packets_under_way(in) + on_wires + in_wire_process, 0);
}

unsigned wire_tx_ring_size(const SizingInput& in) {
  return std::bit_ceil(wire_pool(in).mbufs + 1);
}

std::uint64_t pool_bytes(const PoolSize& pool, std::uint64_t page_bytes) {
  // An odd number of cache lines, which spreads objects over the channels of the memory.
  const std::uint64_t lines = divide_up(kObjectHeader + kMbufHeader + pool.data_room, 64) | 1;
  const std::uint64_t object = lines * 64;
  std::uint64_t objects = pool.mbufs * object;
  if (page_bytes != kPage4k) {
    objects = object > page_bytes ? pool.mbufs * divide_up(object, page_bytes) * page_bytes
                                  : divide_up(pool.mbufs, page_bytes / object) * page_bytes;
  }
  return objects + std::max(pool.lanes, 1u) * ring_bytes(std::bit_ceil(pool.mbufs + 1)) +
         kPoolHeader + (pool.cache != 0 ? kCachesOfPool : 0);
}

std::uint64_t ring_bytes(unsigned size) {
  return std::uint64_t{size} * 8 + kRingHeader;
}

unsigned memory_megabytes(const SizingInput& in, std::uint64_t page_bytes) {
  std::uint64_t bytes = pool_bytes(server_pool(in), page_bytes);
  if (in.wire_ports != 0) bytes += pool_bytes(wire_pool(in), page_bytes);
  bytes += std::uint64_t{2} * in.clients * ring_bytes(in.ring_size);
  bytes += std::uint64_t{in.wire_ports} * (in.rx_queues * ring_bytes(in.wire_ring_size) +
                                           in.tx_queues * ring_bytes(wire_tx_ring_size(in)));
  bytes += kEalBytes + std::uint64_t{in.ports} * kPortBytes;
  bytes += std::uint64_t{in.clients + (in.wire_ports != 0 ? 1u : 0u)} * kSecondaryBytes;
  // Alignment and fragmentation of the heap.
  bytes += bytes / 8;
  return static_cast<unsigned>(divide_up(bytes, 1 << 20));
}

}  // namespace ringside
