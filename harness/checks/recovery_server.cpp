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

}  // namespace ringside::harness
