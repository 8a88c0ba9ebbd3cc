// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/recovery_traffic.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ringside::harness {
namespace {

constexpr std::uint8_t kNobody = 0xff;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// From so many packets the rate before a change is taken.
constexpr std::ptrdiff_t kRatePackets = 256;

/// And of a change that delays packets, from those of so long a time: what was delayed before comes
/// out in bursts, which say nothing of the rate at which packets are offered.
constexpr std::uint64_t kRateTimeNs = 1'000'000'000;

/// The first stretch that begins after `ns`, or then. Stretches stand in the order of time, and
/// there may be tens of thousands of them.
auto first_from(const std::vector<Stretch>& all, std::uint64_t ns) {
  return std::ranges::lower_bound(all, ns, {}, &Stretch::begin_ns);
}
auto first_after(const std::vector<Stretch>& all, std::uint64_t ns) {
  return std::ranges::upper_bound(all, ns, {}, &Stretch::begin_ns);
}

/// When the pause that a departure makes is the next one's. Those of deaths last until the next
/// death: who is stopped or leaves meanwhile is no client that pauses.
std::optional<std::uint64_t> next_departure(const std::vector<Change>& changes, std::size_t of) {
  for (std::size_t i = of + 1; i < changes.size(); ++i) {
    const bool ends = changes[of].kind == ChangeKind::kDeath ? changes[i].kind == ChangeKind::kDeath
                                                             : changes[i].departs();
    if (ends) return changes[i].begin_ns();
  }
  return std::nullopt;
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

/// Of each captured packet, where it stands among those that went in. All copies of a packet are of
/// one flow, so they come out in their order; of packets that did not all come out it is not known
/// which ones did.
std::vector<std::uint32_t> RecoveryTraffic::places_sent(const PortEvidence& port) const {
  std::vector<std::uint32_t> places(port.captured.size(), kNone);
  if (port.input == kNone) return places;
  const PortEvidence& input = evidence_.ports()[port.input];
  std::vector<std::uint32_t> next(evidence_.packets().size(), kNone);  ///< by PacketClass
  std::vector<std::uint32_t> next_copy(input.sent.size());
  for (std::size_t i = input.sent.size(); i-- > 0;) {
    next_copy[i] = std::exchange(next[input.sent[i]], static_cast<std::uint32_t>(i));
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::uint32_t packet = port.captured[i].packet;
    if (port.captured_count[packet] != input.sent_count[packet]) continue;
    places[i] = next[packet];
    next[packet] = next_copy[places[i]];
  }
  return places;
}

void RecoveryTraffic::collect() {
  const CaptureClock& clock = *evidence_.observation().capture_clock;
  for (const PortEvidence& port : evidence_.ports()) {
    const std::vector<std::uint32_t> places = places_sent(port);
    const auto number = static_cast<std::uint8_t>(&port - evidence_.ports().data());
    for (std::size_t i = 0; i < port.captured.size(); ++i) {
      const CapturedFrame& frame = port.captured[i];
      const std::uint32_t flow = evidence_.packets()[frame.packet].flow;
      if (flow == kNone || !frame.mark) continue;
      seen_.push_back({clock.monotonic_ns(port.port->captured[i].time_ns), flow, places[i],
                       static_cast<std::uint8_t>(frame.mark->client), number});
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

/// Counts the packets that leaves and suspects delay. A client forwards in the order in which it
/// was given, so that what is overtaken on the way through one client had waited in the server; and
/// what a suspect had in its hands comes after it goes on, though others were quicker with later
/// ones.
class RecoveryTraffic::Delays {
 public:
  Delays(const RecoveryTraffic& traffic, std::vector<Change>& changes)
      : changes_(changes),
        newest_(traffic.evidence_.ports().size()),
        departed_(traffic.evidence_.flows().size(), kNone) {
    for (std::uint32_t i = 0; i < changes.size(); ++i) {
      if (changes[i].goes_on_ns) going_on_.emplace_back(*changes[i].goes_on_ns, i);
    }
    std::ranges::sort(going_on_);
  }

  /// `flow` was with the client of this departure. What a death delays the server counts.
  void depart(std::uint32_t flow, std::uint32_t number) {
    departed_[flow] = changes_[number].kind == ChangeKind::kDeath ? kNone : number;
  }

  void look_at(const Seen& seen) {
    for (; going_on_at_ < going_on_.size() && going_on_[going_on_at_].first <= seen.time_ns;
         ++going_on_at_) {
      go_on(going_on_[going_on_at_].second);
    }
    if (seen.sent == kNone || seen.client >= kMaxClients) return;
    std::uint32_t& newest = newest_[seen.port].by_client[seen.client];
    const bool overtaken = seen.sent < newest;
    newest = std::max(newest, seen.sent);
    if (was_in_hands(seen)) {
      ++changes_[held_[seen.client].change].delayed;
    } else {
      count_wait(seen, overtaken);
    }
  }

 private:
  /// By client: the last packet, by its place among those sent, that it had forwarded.
  struct Newest {
    std::array<std::uint32_t, kMaxClients> by_client{};
  };
  /// Of a client that was a suspect: by port, the last packet that anybody had forwarded then.
  struct Held {
    std::uint32_t change = kNone;
    std::vector<std::uint32_t> newest;
  };

  void go_on(std::uint32_t number) {
    Held& held = held_[changes_[number].client];
    held.change = number;
    held.newest.clear();
    for (const Newest& port : newest_) {
      held.newest.push_back(*std::ranges::max_element(port.by_client));
    }
  }

  bool was_in_hands(const Seen& seen) const {
    const Held& held = held_[seen.client];
    return held.change != kNone && seen.sent < held.newest[seen.port];
  }

  /// The first packet of a flow that nothing has overtaken ends the wait.
  void count_wait(const Seen& seen, bool overtaken) {
    std::uint32_t& departed = departed_[seen.flow];
    if (departed == kNone || seen.client == changes_[departed].client) return;
    if (overtaken) {
      ++changes_[departed].delayed;
    } else {
      departed = kNone;
    }
  }

  std::vector<Change>& changes_;
  std::vector<Newest> newest_;            ///< by port
  std::vector<std::uint32_t> departed_;   ///< by flow: the change that may delay it
  std::array<Held, kMaxClients> held_{};  ///< by client
  std::vector<std::pair<std::uint64_t, std::uint32_t>> going_on_;  ///< when, and the change
  std::size_t going_on_at_ = 0;
};

/// Walks once through all packets, in the order in which they came out.
class RecoveryTraffic::Sweep {
 public:
  Sweep(const RecoveryTraffic& traffic, std::vector<Change>& changes)
      : traffic_(traffic),
        changes_(changes),
        client_(traffic.evidence_.flows().size(), kNobody),
        waits_for_(client_.size(), kNone),
        delays_(traffic, changes) {}

  void run() {
    std::uint32_t next = 0;
    for (const Seen& seen : traffic_.seen_) {
      for (; next < changes_.size() && changes_[next].seen_ns <= seen.time_ns; ++next) open(next);
      if (seen.time_ns >= window_end_) close();
      look_at(seen);
    }
    close();
  }

 private:
  /// From here on the flows of this change's client, if it departs, wait for another one.
  void open(std::uint32_t number) {
    close();
    const Change& change = changes_[number];
    for (std::uint32_t flow = 0; change.departs() && flow < client_.size(); ++flow) {
      if (client_[flow] != change.client) continue;
      // What a death ended it goes on to end, whoever takes the flows and departs as well.
      if (change.kind == ChangeKind::kDeath || !waits_for_a_death(flow)) waits_for_[flow] = number;
      delays_.depart(flow, number);
    }
    window_ = number;
    window_end_ = traffic_.next_change(change.seen_ns);
    before_ = client_;
    after_.assign(client_.size(), kNobody);
  }

  bool waits_for_a_death(std::uint32_t flow) const {
    return waits_for_[flow] != kNone && changes_[waits_for_[flow]].kind == ChangeKind::kDeath;
  }

  void look_at(const Seen& seen) {
    std::uint32_t& waits_for = waits_for_[seen.flow];
    if (waits_for != kNone) {
      Change& change = changes_[waits_for];
      // What the client had returned may come out a little later than its departure is seen.
      if (seen.client != change.client || seen.time_ns >= returned(change)) {
        if (!change.again_ns) change.again_ns = seen.time_ns;
        waits_for = kNone;
      }
    }
    delays_.look_at(seen);
    client_[seen.flow] = seen.client;
    if (window_ != kNone) after_[seen.flow] = seen.client;
  }

  /// When somebody had the id of `change` again.
  std::uint64_t returned(const Change& change) const {
    const ClientId id{static_cast<std::uint8_t>(change.client)};
    const auto& all = traffic_.stretches_.all();
    auto later = first_after(all, change.seen_ns);
    later = std::find_if(later, all.end(),
                         [&](const Stretch& stretch) { return stretch.active.contains(id); });
    return later == all.end() ? kNever : later->begin_ns;
  }

  /// Counts the flows that the change has moved.
  void close() {
    if (window_ == kNone) return;
    if (traffic_.flows_have_owners_) count_moves(changes_[window_]);
    window_ = kNone;
    window_end_ = kNever;
  }

  void count_moves(Change& change) {
    const Stretches& stretches = traffic_.stretches_;
    const auto& all = stretches.all();
    // Until the change. A suspect that dies had lost its flows before, so that it moves none.
    const auto its = static_cast<std::size_t>(first_from(all, change.seen_ns) - all.begin());
    if (its == 0 && !change.departs()) return;
    if (its != 0) change.clients = all[its - 1].active.size();
    for (std::uint32_t flow = 0; flow < before_.size(); ++flow) {
      if (before_[flow] == kNobody || after_[flow] == kNobody) continue;
      // Who had it until the change: by the server's rule, or as it was seen.
      const std::uint32_t owner = its == 0 ? before_[flow] : stretches.owner(its - 1, flow);
      const bool must_move = change.departs()
                                 ? owner == change.client
                                 : its < all.size() && stretches.owner(its, flow) == change.client;
      // What its owner had returned came out, and nothing since.
      if (must_move && after_[flow] == owner) continue;
      ++change.all_flows;
      change.all_moved += after_[flow] != owner;
      // Nothing of the flow came since an earlier change.
      if (before_[flow] != owner) continue;
      ++change.flows;
      change.least += must_move;
      change.moved += after_[flow] != owner;
    }
  }

  const RecoveryTraffic& traffic_;
  std::vector<Change>& changes_;
  std::vector<std::uint8_t> client_;      ///< by flow: who forwarded its last packet
  std::vector<std::uint32_t> waits_for_;  ///< by flow: the change since which nothing of it came
  std::uint32_t window_ = kNone;          ///< the change whose moves are being counted
  std::uint64_t window_end_ = kNever;
  std::vector<std::uint8_t> before_, after_;  ///< by flow: client before and in the window
  Delays delays_;
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
void RecoveryTraffic::measure_pause(Change& change, std::optional<std::uint64_t> until_ns) const {
  const auto& all = stretches_.all();
  const auto next = first_after(all, change.seen_ns);
  if (next == all.begin()) return;
  const std::uint64_t begin = change.begin_ns();
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
  if (!active.empty()) change.pause_ms = static_cast<double>(longest) / 1e6;
}

std::optional<double> RecoveryTraffic::packets_per_ms(const Change& before) const {
  const std::uint64_t until_ns = before.begin_ns();
  const auto end = std::ranges::lower_bound(seen_, until_ns, {}, &Seen::time_ns);
  auto packets = std::min(end - seen_.begin(), kRatePackets);
  if (before.kind != ChangeKind::kDeath) {
    const std::uint64_t from_ns = until_ns - std::min(until_ns, kRateTimeNs);
    packets = std::max(
        packets, end - std::ranges::lower_bound(seen_.begin(), end, from_ns, {}, &Seen::time_ns));
  }
  if (packets < 2) return std::nullopt;
  const std::uint64_t span = std::prev(end)->time_ns - (end - packets)->time_ns;
  if (span == 0) return std::nullopt;
  return static_cast<double>(packets - 1) / (static_cast<double>(span) / 1e6);
}

/// From a change that left nobody to have packets until somebody was there, or the last packet came
/// out. What was offered meanwhile waited or was dropped.
double RecoveryTraffic::outage_ms(const Change& change) const {
  const auto& all = stretches_.all();
  const auto its = first_from(all, change.seen_ns);
  if (its == all.end() || its->begin_ns != change.seen_ns || !its->active.empty()) return 0;
  const auto next = std::next(its);
  const std::uint64_t end =
      next != all.end() ? next->begin_ns : std::max(seen_.back().time_ns, change.seen_ns);
  return static_cast<double>(end - change.seen_ns) / 1e6;
}

void RecoveryTraffic::measure(std::vector<Change>& changes) const {
  if (seen_.empty()) return;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].departs()) measure_pause(changes[i], next_departure(changes, i));
  }
  Sweep(*this, changes).run();
  for (Change& change : changes) {
    const auto rate = change.departs() ? packets_per_ms(change) : std::nullopt;
    if (!rate) continue;
    change.blocked_ms = static_cast<double>(change.packets + change.delayed + change.lost) / *rate +
                        outage_ms(change);
  }
}

}  // namespace ringside::harness
