// SPDX-License-Identifier: BSD-3-Clause
#include "core/control_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/parse_number.hpp"

namespace ringside::control {
namespace {

constexpr std::uint32_t kMagic = 0x43444e52;  // "RNDC"
constexpr std::uint16_t kVersion = 1;

enum class Kind : std::uint16_t { kJoin = 1, kJoinReply = 2, kLeave = 3, kHeartbeat = 4 };

struct Header {
  std::uint32_t magic = kMagic;
  std::uint16_t version = kVersion;
  std::uint16_t kind = 0;
};
static_assert(sizeof(Header) == 8);

constexpr Kind kind_of(const JoinRequest&) {
  return Kind::kJoin;
}
constexpr Kind kind_of(const JoinReply&) {
  return Kind::kJoinReply;
}
constexpr Kind kind_of(const Leave&) {
  return Kind::kLeave;
}
constexpr Kind kind_of(const Heartbeat&) {
  return Kind::kHeartbeat;
}

// The fields of each kind in the order of the wire, for writing, reading and measuring alike.
template <typename Archive>
void fields(Archive& archive, JoinRequest& m) {
  archive(m.id), archive(m.pid), archive(m.start_time), archive(m.generation_wish);
  archive(m.numa_node), archive(m.lcores), archive(m.layout_version);
  archive(m.dpdk_version.bytes());
}
template <typename Archive>
void fields(Archive& archive, JoinReply& m) {
  archive(m.id), archive(m.generation), archive(m.refusal), archive(m.words.bytes());
}
template <typename Archive>
void fields(Archive& archive, Leave& m) {
  archive(m.id), archive(m.pid), archive(m.generation);
}
template <typename Archive>
void fields(Archive& archive, Heartbeat& m) {
  archive(m.id), archive(m.pid), archive(m.generation), archive(m.progress);
}

struct Measure {
  std::size_t size = sizeof(Header);
  template <typename Field>
  void operator()(const Field&) {
    size += sizeof(Field);
  }
};

struct Writer {
  Payload& payload;
  template <typename Field>
  void operator()(const Field& field) {
    static_assert(std::is_trivially_copyable_v<Field>);
    std::memcpy(payload.bytes.data() + payload.size, &field, sizeof(Field));
    payload.size += sizeof(Field);
  }
};

/// Precondition: the message has the length of its kind.
struct Reader {
  std::span<const std::byte> rest;
  template <typename Field>
  void operator()(Field& field) {
    std::memcpy(&field, rest.data(), sizeof(Field));
    rest = rest.subspan(sizeof(Field));
  }
};

template <typename M>
std::size_t length_of() {
  M message;
  Measure measure;
  fields(measure, message);
  return measure.size;
}
static_assert(sizeof(Header) + 12 + JoinReply{}.words.kWidth <= kMaxPayload);

template <typename M>
Payload encode_any(M message) {
  Payload payload;
  Writer writer{payload};
  writer(Header{kMagic, kVersion, static_cast<std::uint16_t>(kind_of(message))});
  fields(writer, message);
  return payload;
}

Refused malformed(std::string words) {
  return {Refusal::kMalformed, std::move(words)};
}

bool holds_sense(const JoinRequest& m) {
  return m.dpdk_version.valid();
}
bool holds_sense(const JoinReply& m) {
  return m.words.valid() && static_cast<std::uint32_t>(m.refusal) < kRefusals;
}
bool holds_sense(const Leave&) {
  return true;
}
bool holds_sense(const Heartbeat&) {
  return true;
}

template <typename M>
Decoded decode_any(std::span<const std::byte> payload) {
  if (payload.size() != length_of<M>()) {
    return malformed(fmt::format("a message of kind {} has {} bytes, not {}",
                                 static_cast<unsigned>(kind_of(M{})), length_of<M>(),
                                 payload.size()));
  }
  M message;
  Reader reader{payload.subspan(sizeof(Header))};
  fields(reader, message);
  if (!holds_sense(message)) return malformed("a field of the message holds an impossible value");
  return Message{message};
}

}  // namespace

Payload encode(const JoinRequest& message) {
  return encode_any(message);
}
Payload encode(const JoinReply& message) {
  return encode_any(message);
}
Payload encode(const Leave& message) {
  return encode_any(message);
}
Payload encode(const Heartbeat& message) {
  return encode_any(message);
}

Decoded decode(std::span<const std::byte> payload) {
  if (payload.size() < sizeof(Header) || payload.size() > kMaxPayload) {
    return malformed(fmt::format("no control message has {} bytes", payload.size()));
  }
  Header header;
  std::memcpy(&header, payload.data(), sizeof(header));
  if (header.magic != kMagic) return malformed("the message is not one of this project");
  if (header.version != kVersion) {
    return Refused{Refusal::kOtherVersion,
                   fmt::format("the message is of version {}, the server speaks version {}; start "
                               "server and clients of one build",
                               header.version, kVersion)};
  }
  switch (static_cast<Kind>(header.kind)) {
    case Kind::kJoin:
      return decode_any<JoinRequest>(payload);
    case Kind::kJoinReply:
      return decode_any<JoinReply>(payload);
    case Kind::kLeave:
      return decode_any<Leave>(payload);
    case Kind::kHeartbeat:
      return decode_any<Heartbeat>(payload);
  }
  return malformed(fmt::format("no message is of kind {}", header.kind));
}

namespace {

std::optional<Refused> examine_join(const JoinRequest& join, const ServerFacts& server) {
  if (join.layout_version != shared::kLayoutVersion) {
    return Refused{Refusal::kOtherLayout,
                   fmt::format("the client knows layout version {}, the server shares version {}; "
                               "start server and clients of one build",
                               join.layout_version, shared::kLayoutVersion)};
  }
  if (join.dpdk_version.view() != server.dpdk_version) {
    return Refused{Refusal::kOtherDpdk,
                   fmt::format("the client runs on {}, the server on {}; start both on one DPDK",
                               join.dpdk_version.view(), server.dpdk_version)};
  }
  const bool any_lcore = std::any_of(join.lcores.begin(), join.lcores.end(),
                                     [](std::uint64_t word) { return word != 0; });
  if (!any_lcore) return malformed("the client names no lcore id");
  if (join.generation_wish != 0) return malformed("a generation cannot be chosen");
  return std::nullopt;
}

}  // namespace

std::optional<Refused> examine(const Message& message, std::uint32_t sender,
                               const ServerFacts& server) {
  if (std::holds_alternative<JoinReply>(message)) {
    return malformed("an answer that nobody asked for");
  }
  const auto [id, pid] = std::visit(
      [](const auto& m) -> std::pair<std::uint32_t, std::uint32_t> {
        if constexpr (requires { m.pid; }) return {m.id, m.pid};
        return {};
      },
      message);
  if (sender == 0 || pid != sender) {
    return Refused{Refusal::kForgedPid,
                   fmt::format("the message names process {}, but process {} sent it", pid,
                               sender == 0 ? std::string("unknown") : std::to_string(sender))};
  }
  if (id >= server.clients) {
    return Refused{Refusal::kUnknownId, unknown_id_words(id, server.clients)};
  }
  if (const auto* join = std::get_if<JoinRequest>(&message)) return examine_join(*join, server);
  return std::nullopt;
}

std::string unknown_id_words(std::uint32_t id, std::uint32_t clients) {
  return fmt::format(
      "client id {} does not exist: the server was started with -n {}, ids are 0 ... {}; choose "
      "one of them or start the server with a larger -n",
      id, clients, clients - 1);
}

std::string id_taken_words(std::uint32_t id, std::uint32_t holder) {
  return fmt::format("client id {} is taken by process {}; end that one first or choose another -n",
                     id, holder);
}

std::string lcore_taken_words(std::uint32_t id, unsigned lcore) {
  return fmt::format(
      "lcore id {} is already used by another process of this server; give every process its own, "
      "for example --lcores {}@1",
      lcore, 32 + id);
}

std::uint32_t pid_of_socket(std::string_view path) {
  constexpr std::string_view kPrefix = "mp_socket_";
  const std::size_t slash = path.rfind('/');
  if (slash != path.npos) path.remove_prefix(slash + 1);
  if (!path.starts_with(kPrefix)) return 0;
  path.remove_prefix(kPrefix.size());
  const std::size_t underscore = path.find('_');
  if (underscore == path.npos) return 0;
  if (!parse_number<std::uint64_t>(path.substr(underscore + 1), 16)) return 0;
  return parse_number<std::uint32_t>(path.substr(0, underscore)).value_or(0);
}

const char* to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "none";
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kOtherVersion:
      return "other_version";
    case Refusal::kForgedPid:
      return "forged_pid";
    case Refusal::kUnknownId:
      return "unknown_id";
    case Refusal::kOtherGeneration:
      return "other_generation";
    case Refusal::kIdTaken:
      return "id_taken";
    case Refusal::kLcoreTaken:
      return "lcore_taken";
    case Refusal::kOtherLayout:
      return "other_layout";
    case Refusal::kOtherDpdk:
      return "other_dpdk";
    case Refusal::kNoSuchProcess:
      return "no_such_process";
    case Refusal::kStopping:
      return "stopping";
    case Refusal::kFlooding:
      return "flooding";
  }
  return "unknown";
}

}  // namespace ringside::control
