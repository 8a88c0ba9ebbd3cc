// SPDX-License-Identifier: BSD-3-Clause
// The client's loop: take a burst from the work ring, handle it, hand it on.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <vector>

#include "client/handler.hpp"
#include "core/burst.hpp"
#include "core/idle.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/doorbell.hpp"
#include "dpdk/ring_end.hpp"

namespace ringside::client {

/// Where a handled burst goes. Takes all of `packets`, and counts them as done.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void take(std::span<dpdk::Packet> packets) = 0;
};

/// --tx return: everything goes back to the server, in order, unless the server has stopped or
/// ended.
class ReturnOutlet final : public Outlet {
 public:
  ReturnOutlet(const shared::SharedInfo& info, const std::atomic<bool>& server_gone,
               dpdk::RingView ring, shared::ClientCounters& counters)
      : info_(info), server_gone_(server_gone), ring_(ring), counters_(counters) {}
  void take(std::span<dpdk::Packet> packets) override;

 private:
  const shared::SharedInfo& info_;
  const std::atomic<bool>& server_gone_;
  dpdk::ProducerEnd ring_;
  shared::ClientCounters& counters_;
};

/// --tx direct: out of TX queue `id` of the output port; what the queue refuses is dropped and
/// counted. Before each step it writes down what it is about to do: after its death the server
/// reads there what became of the packets.
class DirectOutlet final : public Outlet {
 public:
  /// `lanes`: by which this process gives back to mbuf_pool and wire_pool; the second one may be
  /// missing.
  DirectOutlet(const shared::SharedInfo& info, ClientId id, shared::ClientSlot& slot,
               const std::array<dpdk::RingView, 2>& lanes);
  void take(std::span<dpdk::Packet> packets) override;

 private:
  void begin(std::uint32_t port, std::size_t packets);
  void send(std::uint16_t dpdk_id, std::span<dpdk::Packet> packets);
  void drop(std::span<dpdk::Packet> packets);

  ClientId id_;
  shared::ClientSlot& slot_;
  std::array<dpdk::RingView, 2> lanes_;
  std::array<std::uint8_t, kMaxPorts> index_of_{};  // by DPDK port id
};

/// Clients transmit, rather than give back.
inline bool is_direct(const shared::SharedInfo& info) {
  return info.tx_mode == static_cast<std::uint32_t>(shared::TxMode::kDirect);
}

/// Packets to take at once, unless it is `given`. To transmit them itself a client calls a driver
/// for each burst, and the server looks at what became of it.
inline unsigned burst_for(std::optional<unsigned> given, const shared::SharedInfo& info) {
  return given.value_or(is_direct(info) ? default_burst(info.ring_size) : kSmallBurst);
}

class Worker {
 public:
  /// `in_steps`: a burst stays on the ring until the outlet has it, where the ring's mode allows.
  Worker(dpdk::RingView work, bool in_steps, const Handler& handler, HandleFn handle,
         Outlet& outlet, shared::ClientSlot& slot, unsigned burst, IdleMode idle)
      : work_(work),
        in_steps_(in_steps && work.dequeues_in_steps()),
        handler_(handler),
        handle_(handle),
        outlet_(outlet),
        counters_(slot.counters),
        packets_(burst),
        idle_(idle),
        sleeper_(slot.naps, slot.verdict.bell) {}

  /// Works until `ending` says so: at_once(), or when_idle() at a moment when the ring is empty.
  template <typename Ending>
  void run(Ending&& ending) {
    while (!ending.at_once()) {
      if (turn() > 0) {
        idle_.worked();
      } else if (ending.when_idle()) {
        return;
      } else {
        idle_.found_nothing([this](std::chrono::nanoseconds) { sleep(); });
      }
    }
  }

  /// One burst; returns its size.
  unsigned turn();

 private:
  void sleep();

  dpdk::ConsumerEnd work_;
  const bool in_steps_;
  const Handler& handler_;
  HandleFn handle_;
  Outlet& outlet_;
  shared::ClientCounters& counters_;
  std::vector<dpdk::Packet> packets_;
  Idle idle_;
  dpdk::Sleeper sleeper_;
};

/// The product's handler function.
inline void handle_packets(const Handler& handler, std::span<dpdk::Packet> packets) {
  handler.handle(packets);
}

}  // namespace ringside::client
