// SPDX-License-Identifier: BSD-3-Clause
// What the end of a server means for its clients: they join the next one, or leave.
#include "harness/checks/recovery_report.hpp"

namespace ringside::harness {
namespace {

const ServerEvent* join_of(const Evidence& evidence, std::int64_t pid, std::uint64_t from_ns) {
  const auto& events = *evidence.observation().server->events;
  const auto found = std::ranges::find_if(events, [&](const ServerEvent& e) {
    return e.pid == pid && e.monotonic_ns >= from_ns && e.kind == "join";
  });
  return found == events.end() ? nullptr : &*found;
}

}  // namespace

void judge_restart(const Evidence& evidence, const RecoveryBounds& bounds, RecoveryReport& report) {
  const auto& restart = evidence.observation().restart;
  if (!restart) return;
  Series back;
  for (const RestartedClient& client : restart->clients) {
    const ServerEvent* const join = join_of(evidence, client.pid, restart->started_ns);
    if (join == nullptr) {
      report.verdict.fail([&] {
        return fmt::format(
            "{} was there before the server was started again, but has not joined the "
            "new one",
            who(client.client, client.pid));
      });
      continue;
    }
    const double after = milliseconds(join->monotonic_ns - restart->started_ns);
    back.add(after);
    report.rows.push_back(
        {who(client.client, client.pid) + " joined the next server", {{"rejoin_ms", after}}});
    report.bound(bounds.restart_ms, after, "joined the next server after ms",
                 who(client.client, client.pid));
  }
  const double answered = milliseconds(restart->answered_ns - restart->started_ns);
  report.figures.push_back({"restart_answer_ms", answered});
  back.figures("restart_rejoin_ms", report.figures);
  report.parts.push_back(
      fmt::format("the next server answers after {:.1f} ms", answered) +
      (back.empty() ? std::string()
                    : fmt::format(", {} joined it after {}",
                                  counted(restart->clients.size(), "client"), back.text())));
}

CheckResult judge_server_death(const ServerDeath& death, const RecoveryBounds& bounds) {
  RecoveryReport report;
  Series ends;
  for (const Follower& client : death.followers) {
    const std::string name = who(client.client, client.pid);
    if (!client.ended_ns) {
      report.verdict.fail([&] { return name + " lives on though its server was killed"; });
      continue;
    }
    const double after = milliseconds(*client.ended_ns - death.killed_ns);
    ends.add(after);
    report.rows.push_back({name + " left its dead server", {{"server_death_ms", after}}});
    report.bound(bounds.server_death_ms, after, "ended after its server's death after ms", name);
  }
  ends.figures("server_death_ms", report.figures);
  report.parts.push_back(ends.empty()
                             ? "the server was killed, and no client left for it"
                             : fmt::format("the server was killed, {} left it after {}",
                                           counted(report.rows.size(), "client"), ends.text()));
  return std::move(report).result("");
}

}  // namespace ringside::harness
