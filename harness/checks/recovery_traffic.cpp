// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/recovery_traffic.hpp"

#include <algorithm>
#include <limits>

namespace ringside::harness {
namespace {

constexpr std::uint8_t kNobody = 0xff;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// From so many packets the rate before a death is taken.
constexpr std::ptrdiff_t kRatePackets = 256;

/// The first stretch that begins after `ns`, or then. Stretches stand in the order of time, and
/// there may be tens of thousands of them.
auto first_from(const std::vector<Stretch>& all, std::uint64_t ns) {
  return std::ranges::lower_bound(all, ns, {}, &Stretch::begin_ns);
}
auto first_after(const std::vector<Stretch>& all, std::uint64_t ns) {
  return std::ranges::upper_bound(all, ns, {}, &Stretch::begin_ns);
}

bool have_owners(std::optional<Policy> policy) {
  return policy == Policy::kFlowHash || policy == Policy::kSymmetricFlowHash;
}

}  // namespace

RecoveryTraffic::RecoveryTraffic(const Evidence& evidence)
    : evidence_(evidence),
      flows_have_owners_(have_owners(evidence.policy())),
      stretches_(evidence) {
  if (evidence.observation().marked && evidence.observation().capture_clock) collect();
}

std::string RecoveryTraffic::why_blind() const {
  if (!evidence_.observation().marked) return "the clients did not mark what they forwarded";
  if (!evidence_.observation().capture_clock) return "nobody knows by which clock it was captured";
  return seen_.empty() ? "no packet came out" : "";
}

void RecoveryTraffic::collect() {
  const CaptureClock& clock = *evidence_.observation().capture_clock;
  for (const PortEvidence& port : evidence_.ports()) {
    for (std::size_t i = 0; i < port.captured.size(); ++i) {
      const CapturedFrame& frame = port.captured[i];
      const std::uint32_t flow = evidence_.packets()[frame.packet].flow;
      if (flow == kNone || !frame.mark) continue;
      seen_.push_back({clock.monotonic_ns(port.port->captured[i].time_ns), flow,
                       static_cast<std::uint8_t>(frame.mark->client)});
    }
  }
  std::ranges::stable_sort(seen_, {}, &Seen::time_ns);
  for (const Seen& seen : seen_) {
    if (seen.client < kMaxClients) times_[seen.client].push_back(seen.time_ns);
  }
}

std::optional<std::uint64_t> RecoveryTraffic::first_packet(unsigned client,
                                                           std::uint64_t from_ns) const {
  const auto& times = times_[client];
  const auto first = std::ranges::lower_bound(times, from_ns);
  return first == times.end() ? std::nullopt : std::optional(*first);
}

std::uint64_t RecoveryTraffic::next_change(std::uint64_t after_ns) const {
  const auto next = first_after(stretches_.all(), after_ns);
  return next == stretches_.all().end() ? kNever : next->begin_ns;
}

/// Walks once through all packets, in the order in which they came out.
class RecoveryTraffic::Sweep {
 public:
  Sweep(const RecoveryTraffic& traffic, std::vector<Death>& deaths)
      : traffic_(traffic),
        deaths_(deaths),
        client_(traffic.evidence_.flows().size(), kNobody),
        waits_for_(client_.size(), kNone) {}

  void run() {
    std::uint32_t next = 0;
    for (const Seen& seen : traffic_.seen_) {
      for (; next < deaths_.size() && deaths_[next].seen_ns <= seen.time_ns; ++next) open(next);
      if (seen.time_ns >= window_end_) close();
      look_at(seen);
    }
    close();
  }

 private:
  /// From here on the flows of this death's client wait for another one.
  void open(std::uint32_t number) {
    close();
    for (std::size_t flow = 0; flow < client_.size(); ++flow) {
      if (client_[flow] == deaths_[number].client) waits_for_[flow] = number;
    }
    window_ = number;
    window_end_ = traffic_.next_change(deaths_[number].seen_ns);
    before_ = client_;
    after_.assign(client_.size(), kNobody);
  }

  void look_at(const Seen& seen) {
    std::uint32_t& waits_for = waits_for_[seen.flow];
    if (waits_for != kNone) {
      Death& death = deaths_[waits_for];
      // What the dead client had returned may come out a little later than its death is seen.
      if (seen.client != death.client || seen.time_ns >= rejoined(death)) {
        if (!death.again_ns) death.again_ns = seen.time_ns;
        waits_for = kNone;
      }
    }
    client_[seen.flow] = seen.client;
    if (window_ != kNone) after_[seen.flow] = seen.client;
  }

  /// When somebody had the id of `death` again.
  std::uint64_t rejoined(const Death& death) const {
    const ClientId id{static_cast<std::uint8_t>(death.client)};
    const auto& all = traffic_.stretches_.all();
    auto later = first_after(all, death.seen_ns);
    later = std::find_if(later, all.end(),
                         [&](const Stretch& stretch) { return stretch.active.contains(id); });
    return later == all.end() ? kNever : later->begin_ns;
  }

  /// Counts the flows that the death has moved.
  void close() {
    if (window_ == kNone) return;
    if (traffic_.flows_have_owners_) count_moves(deaths_[window_]);
    window_ = kNone;
    window_end_ = kNever;
  }

  void count_moves(Death& death) {
    const auto& all = traffic_.stretches_.all();
    // Until the death. One that was a suspect had lost its flows before, so that it moves none.
    const auto its = first_from(all, death.seen_ns);
    for (std::uint32_t flow = 0; flow < before_.size(); ++flow) {
      if (before_[flow] == kNobody || after_[flow] == kNobody) continue;
      // Who had it until the death: by the server's rule, or as it was seen.
      const std::uint32_t owner =
          its == all.begin()
              ? before_[flow]
              : traffic_.stretches_.owner(static_cast<std::size_t>(its - all.begin()) - 1, flow);
      // Nothing of the flow came since an earlier change; or what the dead client had returned came
      // out, and nothing since.
      if (before_[flow] != owner) continue;
      if (owner == death.client && after_[flow] == owner) continue;
      ++death.flows;
      death.least += owner == death.client;
      death.moved += after_[flow] != owner;
    }
  }

  const RecoveryTraffic& traffic_;
  std::vector<Death>& deaths_;
  std::vector<std::uint8_t> client_;      ///< by flow: who forwarded its last packet
  std::vector<std::uint32_t> waits_for_;  ///< by flow: the death since which nothing of it came
  std::uint32_t window_ = kNone;          ///< the death whose moves are being counted
  std::uint64_t window_end_ = kNever;
  std::vector<std::uint8_t> before_, after_;  ///< by flow: client before and in the window
};

/// Until when a client that is there at `since_ns` has no reason to pause: the server gives it
/// nothing any more, or the harness has stopped it.
std::uint64_t RecoveryTraffic::works_until(ClientId id, std::uint64_t since_ns) const {
  const auto& all = stretches_.all();
  const auto without =
      std::find_if(first_after(all, since_ns), all.end(),
                   [id](const Stretch& stretch) { return !stretch.active.contains(id); });
  const auto& strikes = evidence_.observation().strikes;
  const auto strike =
      std::find_if(std::ranges::lower_bound(strikes, since_ns, {}, &Strike::monotonic_ns),
                   strikes.end(), [id](const Strike& each) { return each.client == id.value; });
  return std::min(without == all.end() ? kNever : without->begin_ns,
                  strike == strikes.end() ? kNever : strike->monotonic_ns);
}

/// Without an end the traffic's own is it, and what a client had last is no pause.
void RecoveryTraffic::measure_pause(Death& death, std::optional<std::uint64_t> until_ns) const {
  const auto& all = stretches_.all();
  const auto next = first_after(all, death.seen_ns);
  if (next == all.begin()) return;
  const std::uint64_t begin = death.killed_ns.value_or(death.seen_ns);
  std::uint64_t longest = 0;
  const ClientSet active = std::prev(next)->active;
  for (const ClientId id : active) {
    const std::uint64_t end = std::min(until_ns.value_or(kNever), works_until(id, begin));
    const auto& times = times_[id.value];
    std::uint64_t last = begin;
    for (auto time = std::ranges::lower_bound(times, begin); time != times.end() && *time < end;
         ++time) {
      longest = std::max(longest, *time - last);
      last = *time;
    }
    if (end != kNever && end > last) longest = std::max(longest, end - last);
  }
  if (!active.empty()) death.pause_ms = static_cast<double>(longest) / 1e6;
}

std::optional<double> RecoveryTraffic::packets_per_ms(std::uint64_t before_ns) const {
  const auto end = std::ranges::lower_bound(seen_, before_ns, {}, &Seen::time_ns);
  const auto packets = std::min(end - seen_.begin(), kRatePackets);
  if (packets < 2) return std::nullopt;
  const std::uint64_t span = std::prev(end)->time_ns - (end - packets)->time_ns;
  if (span == 0) return std::nullopt;
  return static_cast<double>(packets - 1) / (static_cast<double>(span) / 1e6);
}

void RecoveryTraffic::measure(std::vector<Death>& deaths) const {
  if (seen_.empty()) return;
  for (Death& death : deaths) {
    const auto rate = packets_per_ms(death.killed_ns.value_or(death.seen_ns));
    if (rate) death.blocked_ms = static_cast<double>(death.packets + death.lost) / *rate;
  }
  for (std::size_t i = 0; i < deaths.size(); ++i) {
    std::optional<std::uint64_t> until;
    if (i + 1 < deaths.size()) until = deaths[i + 1].killed_ns.value_or(deaths[i + 1].seen_ns);
    measure_pause(deaths[i], until);
  }
  Sweep(*this, deaths).run();
}

}  // namespace ringside::harness
