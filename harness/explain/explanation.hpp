// SPDX-License-Identifier: BSD-3-Clause
// Which client gets a packet, and why. The answer comes from the functions that the server calls,
// not from a second opinion.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/client_set.hpp"
#include "core/flow_key.hpp"
#include "core/policy.hpp"

namespace ringside::harness {

/// One packet, and the server it is thought of as arriving at.
struct Question {
  std::span<const std::byte> frame;
  std::string subject;         ///< what the frame is: "packet 17 of a.pcap", "typed flow"
  std::uint64_t position = 0;  ///< packets that the server received before it
  PortIndex port{};            ///< received on
  Policy policy = Policy::kRoundRobin;
  ClientSet clients;          ///< not empty
  bool frame_is_real = true;  ///< false: made from a typed flow; its MACs mean nothing
};

struct Explanation {
  Question question;
  ParsedPacket packet;
  ClientId owner{};

  /// Hash policies only.
  struct Hashing {
    FlowKey key;  ///< packet.key, or its symmetric form
    std::uint32_t hash;
    std::uint32_t bucket;
  };
  std::optional<Hashing> hashing;

  /// Had `client` left before any packet came; no owner: nobody would be there.
  struct Departure {
    ClientId client;
    std::optional<ClientId> owner;
  };
  std::vector<Departure> departures;  ///< one for each client, ascending
};

/// Precondition: !question.clients.empty().
Explanation explain(const Question& question);

/// For people: several lines, each ended by a newline.
std::string to_text(const Explanation& explanation);
/// Schema ringside.explain/1 (README.md), indented.
std::string to_json(const Explanation& explanation);

}  // namespace ringside::harness
