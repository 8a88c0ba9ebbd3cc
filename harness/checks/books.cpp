// SPDX-License-Identifier: BSD-3-Clause
// Checks of what the server's books and the machine say at the end: drops, leak, exits.
#include <fmt/format.h>

#include <algorithm>

#include "core/names.hpp"
#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

/// All drops, the driver's own included, the ones with no packets left out.
std::vector<LedgerDrop> all_drops(const ServerStats& server) {
  std::vector<LedgerDrop> drops;
  const auto add = [&](const LedgerDrop& drop) {
    if (drop.packets != 0) drops.push_back(drop);
  };
  std::ranges::for_each(server.ledger.drops, add);
  for (const ServerPortStats& port : server.ports) {
    add({"driver", "missed", std::nullopt, port.missed});
    add({"driver", "no_mbuf", std::nullopt, port.no_mbuf});
    add({"driver", "errors", std::nullopt, port.errors});
  }
  return drops;
}

bool covers(const DropExpectation& expectation, const LedgerDrop& drop) {
  return expectation.key == drop.key() ||
         expectation.key == fmt::format("{}.{}", drop.place, drop.reason);
}

std::string range(const DropExpectation& expectation) {
  return expectation.min == expectation.max
             ? fmt::format("{}", expectation.min)
             : fmt::format("{} to {}", expectation.min, expectation.max);
}

void judge_drops_in_books(const std::vector<LedgerDrop>& drops,
                          const std::vector<DropExpectation>& expected, Verdict& verdict) {
  for (const DropExpectation& expectation : expected) {
    std::uint64_t packets = 0;
    for (const LedgerDrop& drop : drops) packets += covers(expectation, drop) ? drop.packets : 0;
    if (packets >= expectation.min && packets <= expectation.max) continue;
    verdict.fail(fmt::format("{}: {}, expected {}", expectation.key, counted(packets, "packet"),
                             range(expectation)));
  }
  for (const LedgerDrop& drop : drops) {
    const bool listed =
        std::ranges::any_of(expected, [&](const auto& e) { return covers(e, drop); });
    if (!listed)
      verdict.fail(
          fmt::format("{}: {}, expected none", drop.key(), counted(drop.packets, "packet")));
  }
}

std::string end_in_words(const ProgramEnd& program) {
  if (program.signal) return fmt::format("was ended by signal {}", *program.signal);
  if (program.code) return fmt::format("ended with exit code {}", *program.code);
  return "did not end";
}

}  // namespace

CheckResult judge_drops(const Evidence& evidence, const Expectations& expectations) {
  const std::vector<LedgerDrop> drops = all_drops(*evidence.observation().server);
  std::string words;
  for (const LedgerDrop& drop : drops) {
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", drop.key(), drop.packets);
  }
  if (!expectations.drops) return skipped("the scenario allows any drops: " + words);
  Verdict verdict;
  judge_drops_in_books(drops, *expectations.drops, verdict);
  return std::move(verdict).done(words.empty() ? "none" : words);
}

CheckResult judge_leak(const Evidence& evidence, const Expectations& expectations) {
  const auto& pools = evidence.observation().server->mempools;
  Verdict verdict;
  if (pools.empty()) verdict.fail("the server's statistics list no mempool");
  std::string words;
  for (const ServerPoolStats& pool : pools) {
    words += fmt::format("{}{}: {} of {} in use", words.empty() ? "" : ", ", pool.name, pool.in_use,
                         pool.size);
    if (pool.in_use == pool.baseline) continue;
    // What the wire had put into a port when the server was stopped is still there.
    if (!expectations.all_received && pool.name == names::kWirePool) continue;
    verdict.fail(fmt::format(
        "mempool {} has {} of {} mbufs in use; before the first packet it had "
        "{}: {} {}",
        pool.name, pool.in_use, pool.size, pool.baseline,
        pool.in_use > pool.baseline ? pool.in_use - pool.baseline : pool.baseline - pool.in_use,
        pool.in_use > pool.baseline ? "leaked" : "freed twice"));
  }
  return std::move(verdict).done(words);
}

CheckResult judge_exits(const Evidence& evidence, const Expectations&) {
  const Observation& observation = evidence.observation();
  if (observation.programs.empty()) return skipped("no program was started");
  Verdict verdict;
  for (const ProgramEnd& program : observation.programs) {
    if (program.as_expected) continue;
    verdict.fail(fmt::format("{} {}, expected {}", program.name, end_in_words(program),
                             program.expectation));
  }
  for (const std::string& leftover : observation.leftovers) {
    verdict.fail("left behind: " + leftover);
  }
  return std::move(verdict).done(fmt::format("{}, {} left behind",
                                             counted(observation.programs.size(), "program"),
                                             counted(observation.leftovers.size(), "thing")));
}

}  // namespace ringside::harness
