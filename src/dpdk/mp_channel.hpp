// SPDX-License-Identifier: BSD-3-Clause
// Messages between processes (rte_mp): what arrives at this one, and sending.
//
// From secondary to primary a message goes to one process, from primary to secondaries to all; only
// a reply goes to the one that asked, and must carry the request's name.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <semaphore>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/control_message.hpp"
#include "core/flood_guard.hpp"
#include "core/mailbox.hpp"
#include "core/result.hpp"
#include "core/shared_counter.hpp"

namespace ringside::dpdk {

/// Who sent a message, and under which name the answer must go back.
struct ReturnAddress {
  std::array<char, 64> action{};   ///< terminated by a zero
  std::array<char, 108> socket{};  ///< path, terminated by a zero
  std::uint32_t pid = 0;           ///< the process in that path, or 0
};

/// A message as it arrived.
struct Letter {
  ReturnAddress from;
  std::uint32_t size = 0;
  std::array<std::byte, control::kMaxPayload> bytes{};

  std::string_view action() const { return from.action.data(); }
  std::span<const std::byte> payload() const { return {bytes.data(), size}; }
};

/// Owns the registration of actions and holds what arrives for them. DPDK's IPC thread only copies
/// into a queue of fixed size; what finds no room, or is more than one process may send, is counted
/// and forgotten. There can be one inbox in a process, because DPDK gives its callbacks no context.
class MpInbox {
 public:
  /// Error kEnvironment when DPDK has no IPC (--no-shconf) or knows an action of that name.
  static Result<std::unique_ptr<MpInbox>> open(const std::vector<std::string>& actions);

  MpInbox(const MpInbox&) = delete;
  MpInbox& operator=(const MpInbox&) = delete;
  /// Afterwards no callback runs or will run.
  ~MpInbox();

  /// Waits until there is something to take, wake() was called or `time` has passed.
  void wait(std::chrono::milliseconds time) { (void)arrived_.try_acquire_for(time); }
  void wake() { arrived_.release(); }
  /// One thread takes. False when there is nothing.
  bool take(Letter& letter) { return letters_.pop(letter); }

  /// Messages that were not kept, of any sender.
  std::uint64_t flooded() const { return read(flooded_); }

  /// For the callback, in DPDK's IPC thread.
  void receive(const char* action, std::span<const std::byte> payload, const char* peer);

 private:
  MpInbox() = default;

  std::vector<std::string> actions_;
  Mailbox<Letter, 256> letters_;
  FloodGuard guard_;
  std::atomic<std::uint64_t> flooded_{0};
  std::counting_semaphore<> arrived_{0};
};

/// Answers a request. False when the peer is gone or does not take it; see guard_mp_socket() for
/// how long that may last.
bool mp_reply(const ReturnAddress& to, std::span<const std::byte> payload);

/// Secondary: sends to the primary and waits for its answer. Nothing: none within `time`, or the
/// message could not be sent. Not in a callback of rte_mp.
std::optional<std::vector<std::byte>> mp_request(const std::string& action,
                                                 std::span<const std::byte> payload,
                                                 std::chrono::milliseconds time);
/// Secondary: sends to the primary. False when it is not there or does not read.
bool mp_send(const std::string& action, std::span<const std::byte> payload);

}  // namespace ringside::dpdk
