// SPDX-License-Identifier: BSD-3-Clause
// Every byte that two processes share, apart from DPDK's own objects: the memzone
// MProc_Shared_Info. Written by the server, the clients and the wire of one DPDK prefix. Nothing
// here is a pointer, an enum with an unstated width or a bool; each cache line has one writer,
// which its comment names.
//
// The server fills the block, then publishes it by storing `magic` (release); an attaching process
// calls check_layout() before it reads anything else (acquire). See layout_check.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/ids.hpp"

namespace ringside::shared {

inline constexpr std::uint64_t kMagic = 0x52494e4753494445;  // "RINGSIDE"
inline constexpr std::uint32_t kLayoutVersion = 8;
inline constexpr std::size_t kCacheLine = 64;

using LcoreSet = std::array<std::uint64_t, kMaxLcores / 64>;  ///< bit i of word i/64: lcore id i

/// What the server is doing; stored as std::uint32_t.
enum class ServerState : std::uint32_t {
  kStarting = 0,
  kWaiting = 1,  ///< --start-after clients have not all joined
  kRunning = 2,
  kDraining = 3,  ///< no more reception; clients finish what is queued
  kStopped = 4    ///< clients leave
};

/// Life of a client's slot; stored as std::uint32_t. Transitions: core/slot_state.hpp.
enum class SlotState : std::uint32_t {
  kAbsent = 0,
  kJoining = 1,
  kActive = 2,
  kSuspect = 3,
  kLeaving = 4,
  kReleased = 5,  ///< it owes nothing, and may go
  kDead = 6       ///< nobody uses its rings any more; they are cleared
};
/// A client that is on its way out: its slot will be free soon.
constexpr bool is_going(SlotState state) {
  return state == SlotState::kLeaving || state == SlotState::kReleased || state == SlotState::kDead;
}

/// How a packet leaves the server's port, per ServerConfig.
enum class TxMode : std::uint32_t { kReturn = 0, kDirect = 1 };

/// Written by the server before `magic`, constant afterwards.
struct PortInfo {
  std::uint16_t dpdk_id;       ///< port id for rte_eth_*
  std::uint16_t peer_dpdk_id;  ///< the port its packets leave from
  std::uint16_t tx_queues;
  std::uint16_t wire_port;  ///< position among --ring-port, or kNotAWirePort
};
inline constexpr std::uint16_t kNotAWirePort = 0xffff;
static_assert(sizeof(PortInfo) == 8);

/// Who holds a slot. Writer: server, which keeps its own copy and trusts that one.
struct alignas(kCacheLine) SlotVerdict {
  std::atomic<std::uint32_t> state;       ///< SlotState; the rest is valid unless it is kAbsent
  std::atomic<std::uint32_t> generation;  ///< of the present holder, or of the last one
  std::atomic<std::uint32_t> pid;
  std::uint32_t numa_node;
  LcoreSet lcores;
  std::atomic<std::uint32_t> bell;  ///< a futex: changes when there are packets for who sleeps
};

/// What the client counts. Writer: the worker of the client that holds the slot, after its death
/// the server; counters run on over generations, so that the books of a slot stay whole when its
/// client is replaced.
struct alignas(kCacheLine) ClientCounters {
  std::atomic<std::uint64_t> received;      ///< taken from the work ring
  std::atomic<std::uint64_t> done;          ///< returned, or in direct mode sent or dropped
  std::atomic<std::uint64_t> handler_drop;  ///< direct mode: the handler's drops
  std::atomic<std::uint64_t> progress;      ///< turns since it joined, and within them
  /// Generation of the holder that uses nothing of the server's any more, though its process lives
  /// on for a moment, or (--reconnect) for longer.
  std::atomic<std::uint64_t> detached;
};

/// Direct mode: the packets that the client is just giving to one port, or dropping. It counts
/// while `start` is ClientCounters::done plus one. The server reads it after the client's death.
/// Writer: as ClientCounters.
struct alignas(kCacheLine) DirectRun {
  std::atomic<std::uint64_t> start;    ///< written last
  std::atomic<std::uint32_t> packets;  ///< how many
  std::atomic<std::uint32_t> port;     ///< index of the output port, or kNoPort
  std::atomic<std::uint32_t> freeing;  ///< 1: the driver has had its turn; the rest is freed
  /// What the client had given back before, modulo 2^32: to mbuf_pool, to wire_pool.
  std::array<std::atomic<std::uint32_t>, 2> given_back;
};
inline constexpr std::uint32_t kNoPort = 0xffff;

struct ClientSlot {
  SlotVerdict verdict;
  ClientCounters counters;
  DirectRun run;
  /// Odd while the client sleeps for want of packets. Writer: its worker.
  alignas(kCacheLine) std::atomic<std::uint32_t> naps;
  /// A robust futex: the thread id of the worker, the main thread of its process; FUTEX_OWNER_DIED
  /// once it has ended while it held the slot. Writers: the worker, at its end the kernel; the
  /// server while nobody holds the slot.
  std::atomic<std::uint32_t> worker;
  /// Direct mode: packets accepted per output port index. Writer: as ClientCounters.
  alignas(kCacheLine) std::array<std::atomic<std::uint64_t>, kMaxPorts> sent_by_port;
  /// Refused, likewise.
  alignas(kCacheLine) std::array<std::atomic<std::uint64_t>, kMaxPorts> tx_full_by_port;
};

/// The wire's claim, so that its lcores are known to be taken. Writer: mp_wire. Several may contend
/// for `claim`: start << 32 | pid, pid 0 = free. See core/slot_claim.hpp.
struct alignas(kCacheLine) WireSlot {
  std::atomic<std::uint64_t> claim;
  LcoreSet lcores;
  std::atomic<std::uint32_t> bell;  ///< a futex: changes when a server that sleeps has packets
};

struct alignas(kCacheLine) SharedInfo {
  std::atomic<std::uint64_t> magic;  ///< kMagic once all below is valid
  std::uint32_t layout_version;
  std::uint32_t size;            ///< sizeof(SharedInfo)
  std::uint32_t clients;         ///< slots in use, <= kMaxClients
  std::uint32_t ports;           ///< entries of `port` in use, even
  std::uint32_t wire_ports;      ///< ring ports
  std::uint32_t wire_tx_queues;  ///< TX queues of each ring port
  std::uint32_t tx_mode;         ///< TxMode
  std::uint32_t ring_size;
  std::uint32_t numa_node;  ///< of the rings and the pool
  std::uint32_t server_pid;
  LcoreSet server_lcores;
  std::array<PortInfo, kMaxPorts> port;

  alignas(kCacheLine) std::atomic<std::uint32_t> server_state;  ///< ServerState. Writer: server.
  /// Odd while the lcore that receives what the wire sends sleeps. Writer: that lcore.
  std::atomic<std::uint32_t> server_naps;

  WireSlot wire;
  std::array<ClientSlot, kMaxClients> client;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(SlotVerdict) == 64 && sizeof(ClientCounters) == 64);
static_assert(sizeof(DirectRun) == 64);
static_assert(sizeof(ClientSlot) == 4 * 64 + 2 * 8 * kMaxPorts);
static_assert(sizeof(WireSlot) == 64);
static_assert(offsetof(SharedInfo, layout_version) == 8 && offsetof(SharedInfo, size) == 12,
              "the words that identify a layout never move");
static_assert(offsetof(SharedInfo, port) == 64);
static_assert(offsetof(SharedInfo, server_state) == 64 + 8 * kMaxPorts);
static_assert(offsetof(SharedInfo, wire) == 128 + 8 * kMaxPorts);
static_assert(offsetof(SharedInfo, client) == 192 + 8 * kMaxPorts);
static_assert(sizeof(SharedInfo) == 192 + 8 * kMaxPorts + kMaxClients * sizeof(ClientSlot));

}  // namespace ringside::shared
