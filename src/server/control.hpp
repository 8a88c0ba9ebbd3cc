// SPDX-License-Identifier: BSD-3-Clause
// The control loop's part of every turn of the main lcore: signals, what clients say, membership,
// the start gate, the way to a graceful stop, statistics and warnings.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dpdk/log.hpp"
#include "server/control_channel.hpp"
#include "server/data_path.hpp"
#include "server/membership.hpp"

namespace ringside::server {

class Control {
 public:
  using Clock = std::chrono::steady_clock;

  /// `show`: prints the statistics screen.
  Control(DataPath& path, ControlChannel& channel, const dpdk::Log& log,
          std::function<void()> show);

  /// Does what is due; cheap when nothing is. After gate.finish is set the loop ends.
  void tick();

  /// Any thread.
  ControlBooks books() const;
  /// Any thread.
  const EventLog& events() const { return journal_.events(); }

  /// After the data path has ended: tells the clients to leave and waits for them for a while.
  void release_clients();

 private:
  void steer(Clock::time_point now);
  /// A join request that waits until its slot is free, or an answer that waits until the receivers
  /// have been told.
  struct Pending {
    control::JoinRequest request;
    dpdk::ReturnAddress from;
    Clock::time_point deadline;
    std::optional<control::JoinReply> reply;
  };

  Returns returns_of(ClientId id) const;
  void follow_messages(Clock::time_point now);
  void answer_joins(Clock::time_point now);
  void give_answers();
  void follow_membership();
  void note_deaths();
  void finish_recoveries();
  void write_off_losses();
  void begin_draining(Clock::time_point now);
  void finish_when_drained(Clock::time_point now);
  void open_gate();
  void publish(shared::ServerState state);
  void show_statistics(Clock::time_point now);
  void warn_of_full_rings();

  DataPath& path_;
  ControlChannel& channel_;
  const dpdk::Log& log_;
  std::function<void()> show_;
  Journal journal_;
  std::unique_ptr<ProcessWatch> watch_;
  Membership membership_;
  std::vector<Pending> pending_;
  ClientSet dead_;  ///< as the gate has them
  shared::ServerState state_ = shared::ServerState::kWaiting;
  bool warned_[kMaxClients] = {};
  std::uint64_t due_ = 0;  ///< TSC of the next look
  Clock::time_point next_screen_;
  Clock::time_point drain_deadline_;
};

}  // namespace ringside::server
