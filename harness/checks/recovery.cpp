// SPDX-License-Identifier: BSD-3-Clause
// What a change among the clients costs: how soon the server notices, when the flows of a client
// that died, left or hangs flow again, how many packets are delayed and how many flows move. Every
// kill must have been noticed and everything owed recovered; how long that may take is the
// scenario's to say.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iterator>

#include "harness/checks/judges.hpp"
#include "harness/checks/recovery_report.hpp"
#include "harness/checks/recovery_tally.hpp"
#include "harness/checks/recovery_traffic.hpp"

namespace ringside::harness {
namespace {

std::optional<ChangeKind> kind_of(const ServerEvent& event) {
  if (event.kind == "dead") return ChangeKind::kDeath;
  if (event.kind == "leave") return ChangeKind::kLeave;
  if (event.kind == "suspect") return ChangeKind::kSuspect;
  if (event.kind == "rejoin") return ChangeKind::kRejoin;
  if (event.kind == "resume") return ChangeKind::kResume;
  return std::nullopt;
}

/// A client does such a thing when it gets this signal. Kills are looked at by themselves.
bool is_cause(int signal, ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kLeave:
      return signal == SIGINT || signal == SIGTERM;
    case ChangeKind::kSuspect:
      return signal == SIGSTOP;
    case ChangeKind::kResume:
      return signal == SIGCONT;
    default:
      return false;
  }
}

class RecoveryJudge {
 public:
  RecoveryJudge(const Evidence& evidence, const Expectations& expectations)
      : evidence_(evidence),
        bounds_(expectations.recovery),
        strikes_(evidence.observation().strikes),
        events_(*evidence.observation().server->events),
        whole_(events_.empty() || events_.front().number == 0) {}

  CheckResult judge() && {
    find_changes();
    judge_strikes();
    judge_sums();
    measure_traffic();
    judge_restart(evidence_, bounds_, report_);
    return result();
  }

 private:
  void find_changes();
  void find_debts(const ServerEvent& dead, Change& death);
  void judge_strikes();
  void judge_kill(const Strike& kill);
  void judge_wish_to_leave(const Strike& strike);
  void judge_sums();
  void measure_traffic();
  void judge_deaths(const std::string& blind);
  void judge_leaves(const std::string& blind);
  void judge_suspects(const std::string& blind);
  void measure_rejoins(const RecoveryTraffic& traffic);
  void judge_moves(const Tally& tally, const std::string& prefix, const std::string& whose,
                   const std::string& what);
  std::string first_packet_text() const;
  CheckResult result();
  Tally& tally(ChangeKind kind) { return tallies_[static_cast<std::size_t>(kind)]; }
  const ServerEvent* event(std::string_view kind, std::int64_t pid, std::uint64_t from_ns) const;
  bool joined(std::int64_t pid) const {
    return event("join", pid, 0) != nullptr || event("rejoin", pid, 0) != nullptr;
  }
  std::optional<std::uint64_t> cause(const Change& change) const;
  std::optional<std::uint64_t> goes_on(const Change& suspect) const;

  const Evidence& evidence_;
  const RecoveryBounds& bounds_;
  const std::vector<Strike>& strikes_;
  const std::vector<ServerEvent>& events_;
  const bool whole_;  ///< the server has kept all events
  std::vector<Change> changes_;
  std::array<Tally, 5> tallies_;  ///< by ChangeKind
  Series first_;
  RecoveryReport report_;
};

const ServerEvent* RecoveryJudge::event(std::string_view kind, std::int64_t pid,
                                        std::uint64_t from_ns) const {
  const auto found = std::ranges::find_if(events_, [&](const ServerEvent& e) {
    return e.pid == pid && e.monotonic_ns >= from_ns && e.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

void RecoveryJudge::find_changes() {
  for (const ServerEvent& event : events_) {
    const auto kind = kind_of(event);
    if (!kind) continue;
    Change change;
    change.kind = *kind;
    change.client = event.client;
    change.pid = event.pid;
    change.seen_ns = event.monotonic_ns;
    change.struck_ns = cause(change);
    if (*kind == ChangeKind::kDeath) find_debts(event, change);
    if (*kind == ChangeKind::kSuspect) change.goes_on_ns = goes_on(change);
    changes_.push_back(change);
  }
}

void RecoveryJudge::find_debts(const ServerEvent& dead, Change& death) {
  const auto behind = events_.begin() + (&dead - events_.data()) + 1;
  const auto recovered = std::find_if(behind, events_.end(), [&](const ServerEvent& later) {
    return later.client == dead.client && later.generation == dead.generation &&
           later.kind == "recovered";
  });
  if (recovered != events_.end()) {
    death.packets = recovered->packets;
    death.lost = recovered->lost;
    return;
  }
  report_.verdict.fail([&] {
    return fmt::format("{} died, but the server never said that its packets were recovered",
                       who(dead.client, dead.pid));
  });
}

/// The last signal that its process got, if that is one to do so for.
std::optional<std::uint64_t> RecoveryJudge::cause(const Change& change) const {
  if (change.kind == ChangeKind::kDeath || change.kind == ChangeKind::kRejoin) return std::nullopt;
  const auto end = std::ranges::upper_bound(strikes_, change.seen_ns, {}, &Strike::monotonic_ns);
  const auto last = std::find_if(std::make_reverse_iterator(end), strikes_.rend(),
                                 [&](const Strike& strike) { return strike.pid == change.pid; });
  if (last == strikes_.rend() || !is_cause(last->signal, change.kind)) return std::nullopt;
  return last->monotonic_ns;
}

std::optional<std::uint64_t> RecoveryJudge::goes_on(const Change& suspect) const {
  const ServerEvent* const resume = event("resume", suspect.pid, suspect.seen_ns);
  if (resume == nullptr) return std::nullopt;
  const auto let_go = std::ranges::find_if(strikes_, [&](const Strike& strike) {
    return strike.pid == suspect.pid && strike.signal == SIGCONT &&
           strike.monotonic_ns >= suspect.seen_ns;
  });
  return let_go == strikes_.end() ? resume->monotonic_ns
                                  : std::min(resume->monotonic_ns, let_go->monotonic_ns);
}

void RecoveryJudge::judge_strikes() {
  for (const Strike& strike : strikes_) {
    if (strike.signal == SIGKILL) judge_kill(strike);
    if (is_cause(strike.signal, ChangeKind::kLeave)) judge_wish_to_leave(strike);
  }
}

void RecoveryJudge::judge_kill(const Strike& kill) {
  const auto death = std::ranges::find_if(changes_, [&](const Change& each) {
    return each.kind == ChangeKind::kDeath && each.pid == kill.pid &&
           each.seen_ns >= kill.monotonic_ns;
  });
  if (death != changes_.end()) {
    death->struck_ns = kill.monotonic_ns;
    return;
  }
  // One that was killed before it had joined, or after it had left, is nobody's death; and of what
  // the server keeps no more nothing can be said.
  if (!joined(kill.pid) || event("leave", kill.pid, 0) != nullptr) return;
  report_.verdict.fail([&] {
    return fmt::format("{} was killed, but the server has not seen it die",
                       who(kill.client, kill.pid));
  });
}

void RecoveryJudge::judge_wish_to_leave(const Strike& strike) {
  if (!joined(strike.pid) || event("leave", strike.pid, 0) != nullptr ||
      event("dead", strike.pid, 0) != nullptr) {
    return;
  }
  report_.verdict.fail([&] {
    return fmt::format("{} was asked to end, but the server has not seen it leave",
                       who(strike.client, strike.pid));
  });
}

/// The events against the counters: both are told by the server, by different ways.
void RecoveryJudge::judge_sums() {
  if (!whole_) return;
  for (const ServerClientStats& client : evidence_.observation().server->clients) {
    std::uint64_t told = 0;
    for (const ServerEvent& event : events_) {
      if (event.kind == "recovered" && event.client == client.id) told += event.packets;
    }
    if (told == client.recovered) continue;
    report_.verdict.fail([&] {
      return fmt::format("client {}: the events tell of {} recovered packets, the counter of {}",
                         client.id, told, client.recovered);
    });
  }
}

void RecoveryJudge::measure_traffic() {
  const RecoveryTraffic traffic(evidence_);
  traffic.measure(changes_);
  std::string blind = traffic.why_blind();
  if (!blind.empty()) blind = ", what it did to the traffic is not known: " + blind;
  measure_rejoins(traffic);
  judge_deaths(blind);
  judge_leaves(blind);
  judge_suspects(blind);
}

void RecoveryJudge::judge_deaths(const std::string& blind) {
  std::vector<FigureRow> rows;
  Tally& deaths = tally(ChangeKind::kDeath);
  for (const Change& death : changes_) {
    if (death.kind != ChangeKind::kDeath) continue;
    const std::string name = who(death.client, death.pid);
    rows.push_back(deaths.add(death, name + " died"));
    report_.bound(bounds_.detect_ms, detect_ms(death), "noticed after ms", name);
    report_.bound(bounds_.flow_again_ms, flow_again_ms(death), "its flows flow again after ms",
                  name);
    report_.bound(bounds_.pause_ms, death.pause_ms, "a client that lived on paused for ms", name);
  }
  if (rows.empty()) return;
  report_.rows.insert(report_.rows.begin(), rows.begin(), rows.end());
  std::string text = counted(deaths.changes(), "death");
  if (!deaths.detect().empty()) {
    text += ", noticed after " + deaths.detect().text();
    report_.bound(bounds_.detect_median_ms, deaths.detect().median(),
                  "noticed, in the median, after ms", "all deaths");
  }
  text += deaths.traffic_text() + first_packet_text() + blind + deaths.moves_text();
  judge_moves(deaths, "", "the dead clients' own", "deaths");
  report_.parts.push_back(std::move(text));
}
void RecoveryJudge::judge_leaves(const std::string& blind) {
  Tally& leaves = tally(ChangeKind::kLeave);
  for (const Change& leave : changes_) {
    if (leave.kind != ChangeKind::kLeave) continue;
    report_.rows.push_back(leaves.add(leave, who(leave.client, leave.pid) + " left"));
  }
  if (leaves.changes() == 0) return;
  std::string text = counted(leaves.changes(), "leave");
  if (!leaves.detect().empty()) text += ", noticed after " + leaves.detect().text();
  text += leaves.traffic_text();
  if (tally(ChangeKind::kDeath).changes() == 0) text += first_packet_text();
  text += blind + leaves.moves_text();
  judge_moves(leaves, "leave_", "the leaving clients' own", "leaves");
  if (const auto beyond = leaves.moved_beyond_share()) {
    report_.figures.push_back({"leave_moved_beyond_share", *beyond});
    report_.bound(bounds_.moved_beyond_share, *beyond, "share of flows moved beyond 1/n of all",
                  "all leaves");
  }
  report_.parts.push_back(std::move(text));
}

/// Clients that stood still for so long that the server suspected them, by the scenario's will or
/// on a busy machine; and those of them that went on.
void RecoveryJudge::judge_suspects(const std::string& blind) {
  Tally& suspects = tally(ChangeKind::kSuspect);
  Tally& resumes = tally(ChangeKind::kResume);
  for (const Change& each : changes_) {
    const std::string name = who(each.client, each.pid);
    if (each.kind == ChangeKind::kSuspect) {
      report_.rows.push_back(suspects.add(each, name + " hung"));
    } else if (each.kind == ChangeKind::kResume) {
      report_.rows.push_back(resumes.add(each, name + " went on"));
    }
  }
  if (suspects.changes() == 0) return;
  std::string text = suspects.detect().empty()
                         ? counted(suspects.changes(), "client") + " hung"
                         : "hung clients suspected after " + suspects.detect().text();
  text += suspects.traffic_text();
  if (!resumes.detect().empty()) text += ", seen to go on after " + resumes.detect().text();
  text += blind + suspects.moves_text();
  judge_moves(suspects, "suspect_", "the hung clients' own", "suspects");
  report_.parts.push_back(std::move(text));
}

/// From a client's return to the first packet that it forwarded, if it lived to do so.
void RecoveryJudge::measure_rejoins(const RecoveryTraffic& traffic) {
  for (const Change& rejoin : changes_) {
    if (rejoin.kind != ChangeKind::kRejoin) continue;
    const auto first = traffic.first_packet(rejoin.client, rejoin.seen_ns);
    const ServerEvent* const dead = event("dead", rejoin.pid, rejoin.seen_ns);
    if (!first || (dead != nullptr && dead->monotonic_ns < *first)) continue;
    const double after = milliseconds(*first - rejoin.seen_ns);
    const std::string name = who(rejoin.client, rejoin.pid);
    first_.add(after);
    FigureRow row = tally(ChangeKind::kRejoin).add(rejoin, name + " came back");
    row.figures.insert(row.figures.begin(), {"first_packet_ms", after});
    report_.rows.push_back(std::move(row));
    report_.bound(bounds_.first_packet_ms, after, "first packet after ms", name);
  }
}

std::string RecoveryJudge::first_packet_text() const {
  return first_.empty() ? "" : ", rejoin to first packet " + first_.text();
}

/// Over all changes of a kind: a single flow that moved twice within the time that packets take
/// would else be a large share of the few flows seen between two changes in a row.
void RecoveryJudge::judge_moves(const Tally& tally, const std::string& prefix,
                                const std::string& whose, const std::string& what) {
  const auto excess = tally.moved_excess();
  if (!excess) return;
  report_.figures.push_back({prefix + "moved_excess", *excess});
  report_.bound(bounds_.moved_excess, *excess, "share of flows moved beyond " + whose,
                "all " + what);
}

CheckResult RecoveryJudge::result() {
  if (report_.parts.empty() && !report_.verdict.failed()) {
    return skipped("no client was killed in this run");
  }
  std::vector<Figure> figures;
  const Tally& deaths = tally(ChangeKind::kDeath);
  if (deaths.changes() != 0) {
    figures.push_back({"deaths", static_cast<double>(deaths.changes())});
    figures.push_back({"redispatched", static_cast<double>(deaths.redispatched())});
  }
  deaths.detect().figures("detect_ms", figures);
  deaths.figures("", figures);
  first_.figures("first_packet_ms", figures);
  tally(ChangeKind::kLeave).detect().figures("leave_ms", figures);
  tally(ChangeKind::kLeave).figures("leave_", figures);
  tally(ChangeKind::kSuspect).detect().figures("suspect_ms", figures);
  tally(ChangeKind::kSuspect).figures("suspect_", figures);
  tally(ChangeKind::kResume).detect().figures("resume_ms", figures);
  report_.figures.insert(report_.figures.begin(), figures.begin(), figures.end());
  return std::move(report_).result("the server tells of no death");
}

}  // namespace

CheckResult judge_recovery(const Evidence& evidence, const Expectations& expectations) {
  if (const auto& death = evidence.observation().server_death) {
    return judge_server_death(*death, expectations.recovery);
  }
  const auto& server = evidence.observation().server;
  if (!server || !server->events) {
    return skipped("the server has not said when clients came and went");
  }
  return RecoveryJudge(evidence, expectations).judge();
}

}  // namespace ringside::harness
