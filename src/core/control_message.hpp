// SPDX-License-Identifier: BSD-3-Clause
// What clients and server say to each other over DPDK's IPC (rte_mp): the payload of a message, at
// most 256 bytes, in the byte order of the machine they share. Every kind has one length. Bytes
// that are no such message are answered with a reason, whatever they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/shared_layout.hpp"

namespace ringside::control {

inline constexpr std::size_t kMaxPayload = 256;  ///< RTE_MP_MAX_PARAM_LEN
/// Names of the two actions. A reply carries the name of its request, or EAL drops it.
inline constexpr const char* kActionName = "ringside_control";
inline constexpr const char* kStatisticsName = "client_request";  ///< empty; answered with text

/// Why a message was not followed. The number travels in a JoinReply.
enum class Refusal : std::uint32_t {
  kNone = 0,
  kMalformed = 1,        ///< not a message of ours, or of another length than its kind has
  kOtherVersion = 2,     ///< of another version of this protocol
  kForgedPid = 3,        ///< names another process than the one that sent it
  kUnknownId = 4,        ///< the server has no such client id
  kOtherGeneration = 5,  ///< from a client that no longer holds the slot
  kIdTaken = 6,          ///< another living process holds the slot
  kLcoreTaken = 7,
  kOtherLayout = 8,  ///< another layout of the shared block
  kOtherDpdk = 9,
  kNoSuchProcess = 10,  ///< the server cannot watch the process: it is gone or not visible
  kStopping = 11,       ///< the server ends
  kFlooding = 12,       ///< more messages than one process may send
};
inline constexpr std::size_t kRefusals = 13;
/// "malformed", "forged_pid", ...: letters and '_', fit for a key of JSON and of telemetry.
const char* to_text(Refusal refusal);

/// Text of at most N - 1 printable ASCII characters in N bytes, padded with zeros.
template <std::size_t N>
class FixedText {
 public:
  static constexpr std::size_t kWidth = N;
  FixedText() = default;
  /// Cuts what is too long; what is not printable becomes '?'.
  explicit FixedText(std::string_view text) {
    for (std::size_t i = 0; i < text.size() && i + 1 < N; ++i) {
      bytes_[i] = printable(text[i]) ? text[i] : '?';
    }
  }
  std::string_view view() const {
    const std::string_view all(bytes_.data(), N);
    return all.substr(0, all.find('\0'));
  }
  std::array<char, N>& bytes() { return bytes_; }
  const std::array<char, N>& bytes() const { return bytes_; }
  /// False for bytes from outside that no constructor makes.
  bool valid() const {
    std::size_t i = 0;
    while (i < N && bytes_[i] != 0 && printable(bytes_[i])) ++i;
    if (i == N) return false;
    while (i < N && bytes_[i] == 0) ++i;
    return i == N;
  }
  bool operator==(const FixedText&) const = default;

 private:
  static bool printable(char c) { return c >= 0x20 && c < 0x7f; }
  std::array<char, N> bytes_{};
};

/// A client asks for a slot. Answered with a JoinReply; asking again is harmless.
struct JoinRequest {
  std::uint32_t id = 0;
  std::uint32_t pid = 0;
  std::uint64_t start_time = 0;  ///< field 22 of /proc/PID/stat: with the pid, one process only
  std::uint32_t generation_wish = 0;  ///< 0: whichever comes next; nothing else is granted
  std::uint32_t numa_node = 0;
  shared::LcoreSet lcores{};
  std::uint32_t layout_version = 0;
  FixedText<32> dpdk_version;  ///< as rte_version() says it
  bool operator==(const JoinRequest&) const = default;
};

struct JoinReply {
  std::uint32_t id = 0;
  std::uint32_t generation = 0;  ///< of the client from now on; 0 when refused
  Refusal refusal = Refusal::kNone;
  FixedText<224> words;  ///< why, and what to do about it
  bool operator==(const JoinReply&) const = default;
};

/// A client wants no more packets; the slot's state says when it may go.
struct Leave {
  std::uint32_t id = 0;
  std::uint32_t pid = 0;
  std::uint32_t generation = 0;
  bool operator==(const Leave&) const = default;
};

/// Sent every kHeartbeatPeriod by a thread of its own; `progress` is what the worker counts, so
/// that this thread cannot speak for a worker that hangs.
struct Heartbeat {
  std::uint32_t id = 0;
  std::uint32_t pid = 0;
  std::uint32_t generation = 0;
  std::uint64_t progress = 0;
  bool operator==(const Heartbeat&) const = default;
};

/// A refusal in words.
struct Refused {
  Refusal reason = Refusal::kNone;
  std::string words;
};

/// A message ready to be sent.
struct Payload {
  std::array<std::byte, kMaxPayload> bytes{};
  std::size_t size = 0;
  std::span<const std::byte> view() const { return {bytes.data(), size}; }
};
Payload encode(const JoinRequest& message);
Payload encode(const JoinReply& message);
Payload encode(const Leave& message);
Payload encode(const Heartbeat& message);

/// The message in `payload`, or why there is none. Reads nothing outside of `payload`.
using Message = std::variant<JoinRequest, JoinReply, Leave, Heartbeat>;
using Decoded = std::variant<Message, Refused>;
Decoded decode(std::span<const std::byte> payload);

/// What the server is, as far as it decides about a request.
struct ServerFacts {
  std::uint32_t clients = 0;
  std::string dpdk_version;
};
/// What speaks against a message that process `sender` sent; nothing: it may go on to the control
/// loop, which knows the slots.
std::optional<Refused> examine(const Message& message, std::uint32_t sender,
                               const ServerFacts& server);

/// Sentences that client and server share.
inline constexpr const char* kStoppingWords = "the server is stopping; start it again first";
std::string unknown_id_words(std::uint32_t id, std::uint32_t clients);
std::string id_taken_words(std::uint32_t id, std::uint32_t holder);
std::string lcore_taken_words(std::uint32_t id, unsigned lcore);

/// The process in the name of a secondary's socket, ".../mp_socket_PID_TSC", or 0 when the name is
/// not of that form. (The primary's has no suffix.)
std::uint32_t pid_of_socket(std::string_view path);

}  // namespace ringside::control
