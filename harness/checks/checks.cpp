// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/checks/evidence.hpp"
#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

constexpr Needs kPackets = Needs::kSent | Needs::kCaptured;

constexpr std::array kChecks{
    Check{"conservation", "every packet came out or is accounted for, and the books are true",
          Needs::kPeace, judge_conservation},
    Check{"integrity", "what came out is what went in, byte for byte, and no more often", kPackets,
          judge_integrity},
    Check{"pairing", "packets leave from the peer of the port they came in at", kPackets,
          judge_pairing},
    Check{"affinity", "all packets of a flow go through the client that owns it",
          kPackets | Needs::kMarks | Needs::kPeace, judge_affinity},
    Check{"order", "packets of a flow come out in the order in which they went in", kPackets,
          judge_order},
    Check{"balance", "clients get their fair shares", kPackets | Needs::kMarks | Needs::kPeace,
          judge_balance},
    Check{"drops", "as many packets are dropped, where and why, as expected",
          Needs::kServer | Needs::kPeace, judge_drops},
    Check{"leak", "every buffer came back to its pool", Needs::kServer | Needs::kPeace, judge_leak},
    Check{"exits", "every program ended as expected and left nothing behind", Needs::kNothing,
          judge_exits},
    Check{"recovery", "a client that is killed loses, doubles and reorders nothing",
          Needs::kNothing, judge_recovery},
};

/// Why a check that needs packets cannot be run or is lost already; nullopt if it can.
std::optional<CheckResult> judged_by_packets_alone(const Check& check, const Evidence& evidence,
                                                   const Expectations& expectations) {
  const Observation& observation = evidence.observation();
  if (contains(check.needs, Needs::kMarks) && !observation.marked) {
    return skipped("the packets bear no marks (--mark mac) that tell clients apart");
  }
  if (contains(check.needs, Needs::kCaptured)) {
    if (const std::string error = evidence.capture_error(); !error.empty()) {
      return not_judged(Outcome::kError, error);
    }
    if (!evidence.all_captured_known()) return skipped("nobody could see what came out");
  }
  if (contains(check.needs, Needs::kSent) && !evidence.all_sent_known()) {
    return skipped("the ports feed themselves: what went in is not known");
  }
  if (!contains(check.needs, Needs::kCaptured) || evidence.captured_total() != 0) {
    return std::nullopt;
  }
  if (!expectations.packets) return skipped("nothing came out, as expected");
  return not_judged(Outcome::kFail, fmt::format("no packets at all came out ({} were sent)",
                                                evidence.sent_total()));
}

CheckResult run_check(const Check& check, const Evidence& evidence,
                      const Expectations& expectations) {
  if (contains(check.needs, Needs::kPeace) && evidence.observation().server_death) {
    return skipped("the server was killed and left no books: only what came out is judged");
  }
  if (contains(check.needs, Needs::kServer) && !evidence.observation().server) {
    const std::string& why = evidence.observation().server_stats_error;
    return skipped("there are no server statistics" + (why.empty() ? "" : ": " + why));
  }
  if (auto result = judged_by_packets_alone(check, evidence, expectations)) return *result;
  return check.judge(evidence, expectations);
}

std::string names_of_checks() {
  std::string names;
  for (const Check& check : kChecks) {
    names += names.empty() ? "" : ", ";
    names += check.name;
  }
  return names;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kSkip:
      return "skip";
    case Outcome::kError:
      break;
  }
  return "error";
}

std::span<const Check> all_checks() {
  return kChecks;
}

Result<std::vector<CheckResult>> run_checks(const Observation& observation,
                                            const Expectations& expectations,
                                            std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (std::ranges::count(kChecks, name, &Check::name) == 0) {
      return Error{fmt::format("unknown check '{}'; the checks are {}", name, names_of_checks())};
    }
  }
  const Evidence evidence(observation);
  std::vector<CheckResult> results;
  for (const Check& check : kChecks) {
    if (!names.empty() && std::ranges::count(names, check.name) == 0) continue;
    results.push_back(run_check(check, evidence, expectations));
    results.back().name = check.name;
  }
  return results;
}

Outcome overall(std::span<const CheckResult> results) {
  const auto any = [&](Outcome outcome) {
    return std::ranges::count(results, outcome, &CheckResult::outcome) != 0;
  };
  for (const Outcome outcome : {Outcome::kError, Outcome::kFail, Outcome::kPass}) {
    if (any(outcome)) return outcome;
  }
  return Outcome::kSkip;
}

}  // namespace ringside::harness
