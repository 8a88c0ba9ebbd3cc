// SPDX-License-Identifier: BSD-3-Clause
// A client's tie to its server while it works: tells the server by heartbeat how far the worker
// is, says goodbye, and notices when the server has ended. On a thread of its own, so that the
// worker does nothing for it but count.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "client/join.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/control_thread.hpp"
#include "dpdk/peer_process.hpp"

namespace ringside::client {

class Link {
 public:
  static constexpr auto kHeartbeat = std::chrono::milliseconds(100);

  /// Starts the thread. `slot` and what it stands in must outlive the link. Error kEnvironment.
  static Result<std::unique_ptr<Link>> start(const Membership& member, shared::ClientSlot& slot,
                                             dpdk::PeerProcess server);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Asks the server to send no more packets; go on working until may_go().
  void ask_to_leave();
  /// The server has everything back that it had handed to this client, and hands out nothing more.
  bool may_go() const;
  /// The server's process has ended.
  bool server_gone() const { return server_gone_.load(std::memory_order_relaxed); }
  /// The same, for a loop that has no other reason to know a link.
  const std::atomic<bool>& server_gone_flag() const { return server_gone_; }

 private:
  Link(const Membership& member, shared::ClientSlot& slot, dpdk::PeerProcess server, int wake)
      : member_(member), slot_(slot), server_(std::move(server)), wake_(wake) {}
  void run();
  /// Waits for the next heartbeat, for a call from the worker or for the server's end.
  void wait() const;
  void wake() const;
  void speak() const;

  const Membership member_;
  shared::ClientSlot& slot_;
  const dpdk::PeerProcess server_;
  const int wake_;  ///< eventfd
  std::atomic<bool> leaving_{false};
  std::atomic<bool> stop_{false};
  std::atomic<bool> server_gone_{false};
  std::optional<dpdk::ControlThread> thread_;  ///< last: ends before the rest goes
};

}  // namespace ringside::client
