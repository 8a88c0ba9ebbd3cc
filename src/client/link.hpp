// SPDX-License-Identifier: BSD-3-Clause
// A client's tie to its server while it works: tells the server by heartbeat how far the worker
// is, says goodbye, and notices when the server has ended. On a thread of its own, so that the
// worker does nothing for it but count.
//
// A worker that does not come back from its handler holds up neither the end of the process nor the
// next server, which waits for all who are attached to the memory of the last one.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
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

  /// From the server's end on, until the process ends whatever its worker does.
  static constexpr auto kLastTurn = std::chrono::milliseconds(500);
  /// The last act of the process then, on the link's thread. Returns the exit code, or does not
  /// return.
  using GiveUp = std::function<int()>;

  /// Starts the thread. `info` must outlive the link. Error kEnvironment.
  static Result<std::unique_ptr<Link>> start(const Membership& member, shared::SharedInfo& info,
                                             dpdk::PeerProcess server, GiveUp give_up);
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
  Link(const Membership& member, shared::SharedInfo& info, dpdk::PeerProcess server, GiveUp give_up,
       int wake)
      : member_(member),
        info_(info),
        slot_(info.client[member.id.value]),
        server_(std::move(server)),
        give_up_(std::move(give_up)),
        wake_(wake) {}
  void run();
  void end_with_server();
  /// Waits for the next heartbeat, for a call from the worker or for the server's end.
  void wait() const;
  void wake() const;
  void speak() const;

  const Membership member_;
  const shared::SharedInfo& info_;
  shared::ClientSlot& slot_;
  const dpdk::PeerProcess server_;
  const GiveUp give_up_;
  const int wake_;  ///< eventfd
  std::atomic<bool> leaving_{false};
  std::atomic<bool> stop_{false};
  std::atomic<bool> server_gone_{false};
  std::optional<dpdk::ControlThread> thread_;  ///< last: ends before the rest goes
};

}  // namespace ringside::client
