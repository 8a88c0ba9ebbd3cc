// SPDX-License-Identifier: BSD-3-Clause
// All packets of a flow go through one client; if the server is ours, through the client that
// core/policy gives the flow to. When clients came or went, that holds from one of the server's
// events to the next: nobody forwards packets of a flow before it is his, nor for longer than what
// he had of it can have lasted.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/checks/judges.hpp"
#include "harness/checks/output_times.hpp"
#include "harness/checks/stretches.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

/// Clocks are held against each other through readings that take a moment themselves.
constexpr std::uint64_t kClockErrorNs = 5'000'000;

/// The server notes an event and acts by it directly afterwards, but a busy machine may stop it in
/// between.
constexpr std::uint64_t kActsWithinNs = 1'000'000'000;

/// Packets that a client may still have when it gets no more.
std::size_t most_with_client(const ServerConfigStats& config) {
  return std::max<std::size_t>(config.lcores.size(), 1) * (config.ring_size + 2 * config.burst);
}

/// Packets that there can be anywhere.
std::size_t all_buffers(const ServerStats& server) {
  std::size_t buffers = 0;
  for (const ServerPoolStats& pool : server.mempools) buffers += pool.size;
  return buffers;
}

/// Where a unit (a flow, or with the port policy an input port) was first seen.
struct FirstSeen {
  std::uint32_t client = kNone;
  std::uint32_t port = 0;
  std::uint32_t index = 0;
};

class AffinityJudge {
 public:
  /// `stretches`: when clients came or went, else nullptr.
  AffinityJudge(const Evidence& evidence, const Stretches* stretches)
      : evidence_(evidence),
        stretches_(stretches),
        by_port_(evidence.policy() == Policy::kPort),
        first_(by_port_ ? evidence.ports().size() : evidence.flows().size()) {
    if (stretches != nullptr && evidence.observation().capture_clock) times_.emplace(evidence);
  }

  CheckResult judge() && {
    for (std::uint32_t out = 0; out < evidence_.ports().size(); ++out) {
      const auto& captured = evidence_.ports()[out].captured;
      stretch_.assign(stretches_ != nullptr ? first_.size() : 0, 0);
      for (std::uint32_t i = 0; i < captured.size(); ++i) judge_frame(out, i);
    }
    verdict_.left_out(left_out_);
    const auto units = std::ranges::count_if(first_, [](auto& f) { return f.client != kNone; });
    const std::string between =
        stretches_ == nullptr
            ? ""
            : fmt::format(", between {} changes among the clients", stretches_->all().size() - 1);
    return std::move(verdict_).done(fmt::format("{} packets of {} {}{}: {} with the wrong client",
                                                judged_, units, by_port_ ? "ports" : "flows",
                                                between, verdict_.faults()));
  }

 private:
  void judge_frame(std::uint32_t out, std::uint32_t index) {
    const PortEvidence& port = evidence_.ports()[out];
    const CapturedFrame& frame = port.captured[index];
    const PacketClass& packet = evidence_.packets()[frame.packet];
    if (packet.sent == 0) return;  // a matter for integrity
    const std::uint32_t unit = by_port_ ? port.input : packet.flow;
    if (unit == kNone || port.port->captured[index].bytes.size() < kShortestMarked) {
      ++left_out_;
      return;
    }
    ++judged_;
    if (!frame.mark) {
      verdict_.fail([&] { return name(out, index, unit) + " bears no client's mark"; });
      return;
    }
    judge_client(out, index, unit, frame.mark->client);
  }

  void judge_client(std::uint32_t out, std::uint32_t index, std::uint32_t unit,
                    std::uint32_t client) {
    if (!std::ranges::count(evidence_.observation().clients, client)) {
      verdict_.fail([&] {
        return fmt::format("{} went to client {}, which did not take part", name(out, index, unit),
                           client);
      });
      return;
    }
    FirstSeen& first = first_[unit];
    if (first.client == kNone) first = {client, out, index};
    if (stretches_ != nullptr) {
      judge_walk(out, index, unit, client);
    } else if (evidence_.buckets() != nullptr) {
      const unsigned owner = owner_of(unit);
      if (client != owner) {
        verdict_.fail([&] { return wrong_owner(out, index, unit, client, owner); });
      }
    } else if (client != first.client) {
      verdict_.fail([&] {
        return fmt::format("{} went to client {}, but {} of the same {} to client {}",
                           name(out, index, unit), client,
                           evidence_.captured_name(first.port, first.index),
                           by_port_ ? "input port" : "flow", first.client);
      });
    }
  }

  /// The packets of a unit walk through the stretches, each with the owner of its stretch.
  void judge_walk(std::uint32_t out, std::uint32_t index, std::uint32_t unit,
                  std::uint32_t client) {
    const std::vector<Stretch>& all = stretches_->all();
    std::size_t stretch = stretch_[unit];
    while (stretch < all.size() && stretches_->owner(stretch, unit) != client) ++stretch;
    if (stretch == all.size()) {
      verdict_.fail([&] {
        return fmt::format(
            "{}: since {} the flow belongs to client {}, and to client {} never again, but client "
            "{} forwarded it",
            name(out, index, unit), all[stretch_[unit]].event,
            stretches_->owner(stretch_[unit], unit), client, client);
      });
      return;
    }
    stretch_[unit] = stretch;
    if (!times_) return;
    const std::uint64_t time = times_->of(out, index);
    if (time + kClockErrorNs < all[stretch].begin_ns) {
      verdict_.fail([&] {
        return fmt::format("{}: client {} forwarded it {:.1f} ms before {} gave it the flow",
                           name(out, index, unit), client,
                           static_cast<double>(all[stretch].begin_ns - time) / 1e6,
                           all[stretch].event);
      });
    } else if (const Stretch* const end = gone_since(stretch, unit, client, out, time)) {
      verdict_.fail([&] {
        return fmt::format(
            "{}: client {} forwarded it {:.1f} ms after {} took the flow from it, and more packets "
            "since than it can have had by then",
            name(out, index, unit), client, static_cast<double>(time - end->begin_ns) / 1e6,
            end->event);
      });
    }
  }

  /// The event that took the unit from the client so long before `time` that it can have nothing of
  /// it any more; nullptr when it can. Precondition: the unit was the client's in `stretch`, which
  /// began before `time`.
  const Stretch* gone_since(std::size_t stretch, std::uint32_t unit, std::uint32_t client,
                            std::uint32_t out, std::uint64_t time) const {
    const std::vector<Stretch>& all = stretches_->all();
    const auto next = std::ranges::upper_bound(all, time + kClockErrorNs, {}, &Stretch::begin_ns);
    const Stretch* end = nullptr;
    for (auto at = static_cast<std::size_t>(next - all.begin()); at-- > stretch;) {
      if (stretches_->owner(at, unit) == client) break;
      end = &all[at];
    }
    if (end == nullptr) return nullptr;
    const ServerStats& server = *evidence_.observation().server;
    const std::size_t since = times_->forwarded(client, end->begin_ns + kActsWithinNs, time);
    if (since <= most_with_client(server.config)) return nullptr;
    // Whoever takes packets may have stood still, and what comes then is of an earlier time.
    const bool may_be_late = times_->stood_still(out, end->begin_ns, time);
    if (may_be_late && since <= all_buffers(server)) return nullptr;
    return end;
  }

  unsigned owner_of(std::uint32_t unit) const {
    if (!by_port_) return evidence_.buckets()->owner(evidence_.flows()[unit].hash()).value;
    std::vector<unsigned> clients = evidence_.observation().clients;
    std::ranges::sort(clients);
    return clients[evidence_.ports()[unit].port->index % clients.size()];
  }

  std::string wrong_owner(std::uint32_t out, std::uint32_t index, std::uint32_t unit,
                          unsigned client, unsigned owner) const {
    if (by_port_) {
      return fmt::format("{}: input port {} belongs to client {}, but client {} forwarded it",
                         name(out, index, unit), evidence_.ports()[unit].port->index, owner,
                         client);
    }
    const std::uint32_t hash = evidence_.flows()[unit].hash();
    return fmt::format(
        "{}: the flow belongs to client {} (hash 0x{:08x}, bucket {}), but client {} forwarded it",
        name(out, index, unit), owner, hash, BucketTable::bucket(hash), client);
  }

  /// "packet 17 of a.pcap (tcp 10.0.0.1:1234 > 10.0.0.2:80), packet 16 of out1.pcap"
  std::string name(std::uint32_t out, std::uint32_t index, std::uint32_t unit) const {
    const std::uint32_t packet = evidence_.ports()[out].captured[index].packet;
    const std::string flow = by_port_ ? "" : " (" + evidence_.flow_name(unit) + ")";
    const bool one_copy = evidence_.packets()[packet].sent == 1;
    return fmt::format("{}{}{}, {}", one_copy ? "" : "a copy of ", evidence_.sent_name(packet),
                       flow, evidence_.captured_name(out, index));
  }

  const Evidence& evidence_;
  const Stretches* const stretches_;
  const bool by_port_;
  std::vector<FirstSeen> first_;
  std::vector<std::size_t>
      stretch_;  ///< by unit: where its packets are, on their way out of a port
  std::optional<OutputTimes> times_;  ///< with stretches, where there is a clock
  std::uint64_t judged_ = 0;
  std::uint64_t left_out_ = 0;
  Verdict verdict_;
};

}  // namespace

CheckResult judge_affinity(const Evidence& evidence, const Expectations&) {
  if (!evidence.policy()) {
    return skipped(
        fmt::format("policy '{}' makes no promise known here", evidence.observation().policy));
  }
  if (evidence.policy() == Policy::kRoundRobin) {
    return skipped("round-robin hands out packets, not flows");
  }
  if (evidence.observation().clients_constant) return AffinityJudge(evidence, nullptr).judge();
  const Stretches stretches(evidence);
  if (!stretches.why_none().empty()) {
    return skipped("clients came or went during the run, so flows may have moved: " +
                   stretches.why_none());
  }
  return AffinityJudge(evidence, &stretches).judge();
}

}  // namespace ringside::harness
