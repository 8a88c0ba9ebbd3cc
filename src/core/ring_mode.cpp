// SPDX-License-Identifier: BSD-3-Clause
#include "core/ring_mode.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace ringside {

namespace {

constexpr std::array kModes{RingMode::kSpSc, RingMode::kMpSc,  RingMode::kSpMc,
                            RingMode::kMpMc, RingMode::kMpRts, RingMode::kHts};

Error refusal(RingMode mode, unsigned count, std::string_view role, std::string_view instead) {
  return Error{fmt::format("ring mode {} allows one {} per ring, and there are {}: use {}",
                           to_text(mode), role, count, instead)};
}

}  // namespace

bool many_producers(RingMode mode) {
  return mode != RingMode::kSpSc && mode != RingMode::kSpMc;
}

bool many_consumers(RingMode mode) {
  return mode != RingMode::kSpSc && mode != RingMode::kMpSc;
}

Status check(RingMode mode, RingTopology topology) {
  const bool more_producers = topology.producers > 1;
  const bool more_consumers = topology.consumers > 1;
  if (more_producers && !many_producers(mode)) {
    const bool few = topology.consumer_keeps;
    return refusal(mode, topology.producers, "producer",
                   more_consumers ? (few ? "hts" : "mp-mc, mp-rts or hts")
                                  : (few ? "mp-sc or hts" : "mp-sc, mp-mc, mp-rts or hts"));
  }
  if (more_consumers && !many_consumers(mode)) {
    return refusal(mode, topology.consumers, "consumer",
                   more_producers ? "mp-mc, mp-rts or hts" : "sp-mc, mp-mc, mp-rts or hts");
  }
  // With one producer, the order in which it put packets on says which ones are missing.
  if (topology.consumer_keeps && more_producers &&
      (mode == RingMode::kMpMc || mode == RingMode::kMpRts)) {
    return Error{fmt::format(
        "with ring mode {} and {} producers the packets in the hands of a client that is killed "
        "would be lost for good, with their mbufs (--tx direct): use mp-sc or hts",
        to_text(mode), topology.producers)};
  }
  return Done{};
}

std::string_view to_text(RingMode mode) {
  switch (mode) {
    case RingMode::kSpSc:
      return "sp-sc";
    case RingMode::kMpSc:
      return "mp-sc";
    case RingMode::kSpMc:
      return "sp-mc";
    case RingMode::kMpMc:
      return "mp-mc";
    case RingMode::kMpRts:
      return "mp-rts";
    case RingMode::kHts:
      return "hts";
  }
  return "unknown";
}

Result<RingMode> parse_ring_mode(std::string_view text) {
  std::string names;
  for (const RingMode mode : kModes) {
    if (to_text(mode) == text) return mode;
    names += names.empty() ? "" : ", ";
    names += to_text(mode);
  }
  return Error{fmt::format("unknown ring mode '{}'; the modes are {}", text, names)};
}

std::span<const RingMode> all_ring_modes() {
  return kModes;
}

}  // namespace ringside
