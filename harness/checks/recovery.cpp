// SPDX-License-Identifier: BSD-3-Clause
// What a death costs: how soon the server notices, when the dead client's flows flow again, how
// many packets go to others and how many flows. Every kill must have been noticed and everything
// owed recovered; how long that may take is the scenario's to say.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "harness/checks/judges.hpp"
#include "harness/checks/recovery_report.hpp"
#include "harness/checks/recovery_traffic.hpp"

namespace ringside::harness {
namespace {

class RecoveryJudge {
 public:
  RecoveryJudge(const Evidence& evidence, const Expectations& expectations)
      : evidence_(evidence),
        bounds_(expectations.recovery),
        events_(*evidence.observation().server->events),
        whole_(events_.empty() || events_.front().number == 0) {}

  CheckResult judge() && {
    find_deaths();
    judge_kills();
    judge_sums();
    measure_traffic();
    judge_suspects();
    judge_restart(evidence_, bounds_, report_);
    return result();
  }

 private:
  void find_deaths();
  void judge_kills();
  void judge_kill(const Strike& kill);
  void judge_sums();
  void measure_traffic();
  void judge_death(const Death& death);
  void measure_rejoins(const RecoveryTraffic& traffic);
  void judge_moves();
  void judge_suspects();
  CheckResult result();
  const ServerEvent* event(std::string_view kind, std::int64_t pid, std::uint64_t from_ns) const;

  const Evidence& evidence_;
  const RecoveryBounds& bounds_;
  const std::vector<ServerEvent>& events_;
  const bool whole_;  ///< the server has kept all events
  std::vector<Death> deaths_;
  Series detect_, again_, blocked_, pause_, first_, hang_;
  std::uint64_t redispatched_ = 0, moved_ = 0, least_ = 0, flows_ = 0;
  RecoveryReport report_;
};

const ServerEvent* RecoveryJudge::event(std::string_view kind, std::int64_t pid,
                                        std::uint64_t from_ns) const {
  const auto found = std::ranges::find_if(events_, [&](const ServerEvent& e) {
    return e.pid == pid && e.monotonic_ns >= from_ns && e.kind == kind;
  });
  return found == events_.end() ? nullptr : &*found;
}

void RecoveryJudge::find_deaths() {
  for (const ServerEvent& event : events_) {
    if (event.kind != "dead") continue;
    Death death;
    death.client = event.client;
    death.pid = event.pid;
    death.seen_ns = event.monotonic_ns;
    const auto behind = events_.begin() + (&event - events_.data()) + 1;
    const auto recovered = std::find_if(behind, events_.end(), [&](const ServerEvent& later) {
      return later.client == event.client && later.generation == event.generation &&
             later.kind == "recovered";
    });
    if (recovered != events_.end()) {
      death.packets = recovered->packets;
      death.lost = recovered->lost;
    } else {
      report_.verdict.fail([&] {
        return fmt::format("{} died, but the server never said that its packets were recovered",
                           who(event.client, event.pid));
      });
    }
    deaths_.push_back(death);
  }
}

void RecoveryJudge::judge_kills() {
  for (const Strike& strike : evidence_.observation().strikes) {
    if (strike.signal == SIGKILL) judge_kill(strike);
  }
}

void RecoveryJudge::judge_kill(const Strike& kill) {
  const auto death = std::ranges::find_if(
      deaths_, [&](const Death& d) { return d.pid == kill.pid && d.seen_ns >= kill.monotonic_ns; });
  if (death != deaths_.end()) {
    death->killed_ns = kill.monotonic_ns;
    return;
  }
  // One that was killed before it had joined, or after it had left, is nobody's death; and of what
  // the server keeps no more nothing can be said.
  const bool joined =
      event("join", kill.pid, 0) != nullptr || event("rejoin", kill.pid, 0) != nullptr;
  if (!joined || event("leave", kill.pid, 0) != nullptr) return;
  report_.verdict.fail([&] {
    return fmt::format("{} was killed, but the server has not seen it die",
                       who(kill.client, kill.pid));
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
  traffic.measure(deaths_);
  for (const Death& death : deaths_) judge_death(death);
  if (deaths_.empty()) return;
  measure_rejoins(traffic);
  std::string text = counted(deaths_.size(), "death");
  if (!detect_.empty()) {
    text += ", noticed after " + detect_.text();
    report_.bound(bounds_.detect_median_ms, detect_.median(), "noticed, in the median, after ms",
                  "all deaths");
  }
  if (!again_.empty()) text += ", flows again after " + again_.text();
  text += fmt::format(", {} re-dispatched", counted(redispatched_, "packet"));
  if (!blocked_.empty()) text += ": blocked for " + blocked_.text();
  if (!pause_.empty()) text += ", a survivor paused for " + pause_.text();
  if (!first_.empty()) text += ", rejoin to first packet " + first_.text();
  if (const std::string why = traffic.why_blind(); !why.empty()) {
    text += ", what it did to the traffic is not known: " + why;
  }
  if (flows_ != 0) {
    text += fmt::format(", {} of {} flows moved (least possible {})", moved_, flows_, least_);
    judge_moves();
  }
  report_.parts.push_back(std::move(text));
}

void RecoveryJudge::judge_death(const Death& death) {
  const std::string name = who(death.client, death.pid);
  FigureRow row{name + " died", {}};
  if (death.killed_ns) {
    const double detect = milliseconds(death.seen_ns - *death.killed_ns);
    detect_.add(detect);
    row.figures.push_back({"detect_ms", detect});
    report_.bound(bounds_.detect_ms, detect, "noticed after ms", name);
  }
  if (death.again_ns) {
    const std::uint64_t begin = death.killed_ns.value_or(death.seen_ns);
    const double again = milliseconds(*death.again_ns - std::min(begin, *death.again_ns));
    again_.add(again);
    row.figures.push_back({"flow_again_ms", again});
    report_.bound(bounds_.flow_again_ms, again, "its flows flow again after ms", name);
  }
  redispatched_ += death.packets;
  row.figures.push_back({"redispatched", static_cast<double>(death.packets)});
  if (death.lost > 0) row.figures.push_back({"lost", static_cast<double>(death.lost)});
  if (death.blocked_ms) {
    blocked_.add(*death.blocked_ms);
    row.figures.push_back({"blocked_ms", *death.blocked_ms});
  }
  if (death.pause_ms) {
    pause_.add(*death.pause_ms);
    row.figures.push_back({"pause_ms", *death.pause_ms});
    report_.bound(bounds_.pause_ms, *death.pause_ms, "a client that lived on paused for ms", name);
  }
  if (death.flows != 0) {
    const auto all = static_cast<double>(death.flows);
    flows_ += death.flows, moved_ += death.moved, least_ += death.least;
    row.figures.push_back({"flows", all});
    row.figures.push_back({"moved", static_cast<double>(death.moved)});
    row.figures.push_back({"least", static_cast<double>(death.least)});
  }
  report_.rows.push_back(std::move(row));
}

/// From a client's return to the first packet that it forwarded, if it lived to do so.
void RecoveryJudge::measure_rejoins(const RecoveryTraffic& traffic) {
  for (const ServerEvent& rejoin : events_) {
    if (rejoin.kind != "rejoin") continue;
    const auto first = traffic.first_packet(rejoin.client, rejoin.monotonic_ns);
    const ServerEvent* const dead = event("dead", rejoin.pid, rejoin.monotonic_ns);
    if (!first || (dead != nullptr && dead->monotonic_ns < *first)) continue;
    const double after = milliseconds(*first - rejoin.monotonic_ns);
    const std::string name = who(rejoin.client, rejoin.pid);
    first_.add(after);
    report_.rows.push_back({name + " came back", {{"first_packet_ms", after}}});
    report_.bound(bounds_.first_packet_ms, after, "first packet after ms", name);
  }
}

/// Over all deaths: a single flow that moved twice within the time that packets take would else be
/// a large share of the few flows seen between two deaths in a row.
void RecoveryJudge::judge_moves() {
  const double excess =
      (static_cast<double>(moved_) - static_cast<double>(least_)) / static_cast<double>(flows_);
  report_.figures.push_back({"moved_excess", excess});
  report_.bound(bounds_.moved_excess, excess, "share of flows moved beyond the dead clients' own",
                "all deaths");
}

/// Clients that the scenario stopped, and the server suspected. One that runs again in time is no
/// suspect.
void RecoveryJudge::judge_suspects() {
  for (const Strike& strike : evidence_.observation().strikes) {
    if (strike.signal != SIGSTOP) continue;
    const ServerEvent* const suspect = event("suspect", strike.pid, strike.monotonic_ns);
    if (suspect == nullptr) continue;
    const double after = milliseconds(suspect->monotonic_ns - strike.monotonic_ns);
    hang_.add(after);
    report_.rows.push_back({who(strike.client, strike.pid) + " hung", {{"detect_ms", after}}});
  }
  if (!hang_.empty()) report_.parts.push_back("hung clients suspected after " + hang_.text());
}

CheckResult RecoveryJudge::result() {
  if (report_.parts.empty() && !report_.verdict.failed()) {
    return skipped("no client was killed in this run");
  }
  std::vector<Figure> figures;
  if (!deaths_.empty()) {
    figures.push_back({"deaths", static_cast<double>(deaths_.size())});
    figures.push_back({"redispatched", static_cast<double>(redispatched_)});
  }
  detect_.figures("detect_ms", figures);
  again_.figures("flow_again_ms", figures);
  blocked_.figures("blocked_ms", figures);
  pause_.figures("pause_ms", figures);
  first_.figures("first_packet_ms", figures);
  hang_.figures("suspect_ms", figures);
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
