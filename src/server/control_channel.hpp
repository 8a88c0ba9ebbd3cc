// SPDX-License-Identifier: BSD-3-Clause
// What clients say to the server by message: taken from DPDK, examined, and handed to the control
// loop; answered in words. On a thread of its own, so that a client which is stopped and does not
// read holds up nobody but this thread, and that for a moment.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/control_message.hpp"
#include "core/mailbox.hpp"
#include "dpdk/control_thread.hpp"
#include "dpdk/log.hpp"
#include "dpdk/mp_channel.hpp"
#include "server/control_books.hpp"

namespace ringside::server {

class ControlChannel {
 public:
  /// A message that may be followed, as far as can be said without knowing the slots.
  struct Accepted {
    control::Message message;
    dpdk::ReturnAddress from;
  };

  /// Starts to receive. `statistics` is called on this channel's thread and must stay callable
  /// until stop() has returned. Error kEnvironment when DPDK has no IPC.
  static Result<std::unique_ptr<ControlChannel>> open(control::ServerFacts facts,
                                                      const std::string& runtime_directory,
                                                      const dpdk::Log& log,
                                                      std::function<std::string()> statistics);
  ~ControlChannel();

  /// Receives and answers nothing more; the books stay.
  void stop();

  /// The control loop's side; neither blocks nor allocates. False when there is nothing.
  bool next(Accepted& accepted) { return accepted_.pop(accepted); }
  /// Answers a join request, and counts it.
  void answer(const dpdk::ReturnAddress& to, const control::JoinReply& reply);
  /// Counts a leave or a heartbeat that was followed, or refused.
  void count(const control::Message& message, control::Refusal refusal = control::Refusal::kNone);

  /// All but what is done about clients that hang. Any thread.
  ControlBooks books() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Answer {
    dpdk::ReturnAddress to;
    control::JoinReply reply;
  };

  ControlChannel(control::ServerFacts facts, const dpdk::Log& log,
                 std::function<std::string()> statistics)
      : facts_(std::move(facts)), log_(log), statistics_(std::move(statistics)) {}

  void run();
  void handle(const dpdk::Letter& letter);
  void send(const Answer& answer);
  void answer_statistics(const dpdk::Letter& letter);
  void refuse(const dpdk::Letter& letter, const control::Refused& refused, bool answered);
  void reply(const dpdk::ReturnAddress& to, std::span<const std::byte> payload);
  void log_refusal(std::uint32_t pid, const control::Refused& refused);
  std::atomic<std::uint64_t>& refused(control::Refusal reason) {
    return refused_[static_cast<std::size_t>(reason)];
  }

  const control::ServerFacts facts_;
  const dpdk::Log& log_;
  const std::function<std::string()> statistics_;
  Mailbox<Accepted, 64> accepted_;  ///< to the control loop
  Mailbox<Answer, 64> answers_;     ///< from it
  std::atomic<std::uint64_t> joins_{0}, leaves_{0}, heartbeats_{0}, requests_{0}, unanswered_{0};
  std::array<std::atomic<std::uint64_t>, control::kRefusals> refused_{};
  std::map<std::uint32_t, Clock::time_point> deaf_;  ///< by pid: not answered until then
  std::array<Clock::time_point, control::kRefusals> logged_{};
  std::atomic<bool> stop_{false};
  std::unique_ptr<dpdk::MpInbox> inbox_;
  std::optional<dpdk::ControlThread> thread_;  ///< last: ends before the rest goes
};

}  // namespace ringside::server
