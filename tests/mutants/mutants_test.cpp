// SPDX-License-Identifier: BSD-3-Clause
// Each known-bad program is caught by the check that exists for its fault, for the right reason,
// and by no other check than those its fault must trip; the product passes the same scenarios.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

constexpr int kDeadlinePassed = 124;

/// A mutant in a scenario that shows its fault.
struct Case {
  const char* test;      ///< name of the case, a fault in words
  const char* mutant;    ///< programs/<mutant>.cpp; nullptr: the product
  const char* option;    ///< which program it takes the place of: --server or --client
  const char* scenario;  ///< scenarios/<scenario>.toml
  const char* check;     ///< the check that exists for the fault; nullptr: a step fails
  const char* reason;    ///< part of what that check, or the failed step, says
  std::vector<std::string> also = {};   ///< checks that see the same fault from another side
  std::vector<std::string> maybe = {};  ///< and those that do if the timing is so
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.test;
}

/// Where a flow is split over clients, its parts overtake each other or not, and its first packet
/// to come out, by which `balance` counts it, is one client's or another's.
const std::vector<std::string> kByTiming{"order", "balance"};

// clang-format off
const std::vector<Case> kCases{
    {"HashOfSourceAddressOnly", "hash_source_address", "--server", "symmetric",
     "affinity", "of the same flow to client", {}, kByTiming},
    {"HashOfSourceAddressOnlyOnOneAddress", "hash_source_address", "--server", "balance",
     "balance", "flows are spread unfairly"},
    {"HashOfIpAddressesOnly", "hash_ip_addresses", "--server", "balance",
     "balance", "flows are spread unfairly"},
    {"HashAtFixedOffsetOnVlan", "hash_fixed_offset", "--server", "tagged",
     "affinity", "of the same flow to client", {}, kByTiming},
    {"HashAtFixedOffsetOnIpv6", "hash_fixed_offset", "--server", "ipv6",
     "balance", "flows are spread unfairly"},
    {"HashAtFixedOffsetOnFragments", "hash_fixed_offset", "--server", "fragments",
     "affinity", "of the same flow to client", {}, kByTiming},
    {"RoundRobinRestartedEachBurst", "round_robin_restarted", "--server", "round_robin",
     "balance", "expected 1000"},
    {"DropThatIsNotCounted", "uncounted_drop", "--server", "full_ring_any_drops",
     "conservation", "vanished"},
    {"LeakedMbuf", "leaked_mbuf", "--server", "full_ring_any_drops",
     "leak", "leaked"},
    {"DuplicatedPacket", "duplicated_packet", "--server", "flows",
     "integrity", "one copy too many", {"conservation"}},
    {"FlippedByte", "flipped_byte", "--client", "flows",
     "integrity", "is not what was sent: it differs"},
    {"ReorderedFlow", "reordered_flow", "--client", "flows",
     "order", "it came out after"},
    {"LastPartialBurstNeverFlushed", "partial_burst_kept", "--server", "last_burst",
     "drops", "exit.undelivered"},
    {"AllOrNothingEnqueue", "all_or_nothing", "--server", "full_ring",
     "drops", "expected 245"},
    {"DeathThatIsNotTold", "silent_death", "--server", "killed",
     "recovery", "has not seen it die"},
    {"RecoveredPacketsToldTwice", "recovered_told_twice", "--server", "killed",
     "recovery", "the events tell of"},
    {"HangThatIsNotSeen", "hang_unseen", "--server", "hung",
     nullptr, "await client1 suspect", {}, {"recovery"}},
    {"RejoinInAnotherSlot", "rejoin_elsewhere", "--server", "back_again",
     nullptr, "start client1", {}, {"recovery"}},
    {"ZombieThatIsNotFenced", "zombie_not_fenced", "--server", "evicted",
     "exits", "client1", {}, {"recovery", "affinity"}},
    {"DebtsFreedAndNotSent", "debts_freed", "--server", "killed",
     "conservation", "vanished"},
    {"DebtsFreedAndSentAsWell", "debts_freed_and_sent", "--server", "killed",
     "leak", "freed twice", {}, {"integrity", "conservation", "order"}},
    {"CountersThatLie", "lying_counters", "--server", "flows",
     "conservation", "but the server says transmitted"},
};
// clang-format on

/// What `ringside run` said of its one scenario.
struct Verdict {
  int exit_code = -1;
  nlohmann::json scenario;
  std::string output;

  std::vector<std::string> failed() const {
    std::vector<std::string> names;
    for (const auto& check : scenario["checks"]) {
      if (check["outcome"] == "fail" || check["outcome"] == "error") {
        names.push_back(check["name"].get<std::string>());
      }
    }
    return names;
  }
  std::string reasons(const std::string& name) const {
    std::string text;
    for (const auto& check : scenario["checks"]) {
      if (check["name"] != name) continue;
      for (const auto& reason : check["reasons"]) text += reason.get<std::string>() + "\n";
    }
    return text;
  }
};

std::string quoted(const std::string& word) {
  return "'" + word + "'";
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Plays a scenario with the product, but for `program` in the place that `option` names.
Verdict play(const std::string& scenario, const char* option, const char* program) {
  namespace fs = std::filesystem;
  std::string name = (fs::temp_directory_path() / "mutant-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return {};
  const fs::path scratch = name;
  std::string command = quoted(RINGSIDE_PROGRAM) + " run " +
                        quoted(MUTANTS_SOURCE "/scenarios/" + scenario + ".toml") +
                        " --capture-dir " + quoted(CAPTURES) + " --keep-artifacts none --out " +
                        quoted(scratch / "out") + " --json " + quoted(scratch / "result.json");
  if (program != nullptr) {
    command +=
        std::string(" ") + option + " " + quoted(std::string(MUTANTS_BIN "/mutant_") + program);
  }
  command += " > " + quoted(scratch / "log") + " 2>&1";
  Verdict verdict;
  const int status = std::system(command.c_str());
  if (WIFEXITED(status)) verdict.exit_code = WEXITSTATUS(status);
  verdict.output = content(scratch / "log");
  const auto result = nlohmann::json::parse(content(scratch / "result.json"), nullptr, false);
  if (result.is_object() && result["scenarios"].size() == 1) {
    verdict.scenario = result["scenarios"][0];
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return verdict;
}

class Caught : public ::testing::TestWithParam<Case> {};

TEST_P(Caught, ByTheCheckThatExistsForIt) {
  const Case& one = GetParam();
  const Verdict verdict = play(one.scenario, one.option, one.mutant);
  EXPECT_THAT(verdict.exit_code, AnyOf(1, kDeadlinePassed)) << verdict.output;
  std::vector<std::string> failed = verdict.failed();
  for (const std::string& name : one.maybe) std::erase(failed, name);
  std::vector<std::string> expected = one.also;
  if (one.check != nullptr) expected.push_back(one.check);
  EXPECT_THAT(failed, UnorderedElementsAreArray(expected)) << verdict.output;
  const std::string said = one.check == nullptr ? verdict.output : verdict.reasons(one.check);
  EXPECT_THAT(said, HasSubstr(one.reason)) << verdict.output;
}

INSTANTIATE_TEST_SUITE_P(Mutant, Caught, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.test); });

/// Bad clients that the server evicts; nobody misses a packet of theirs.
class Endured : public ::testing::TestWithParam<const char*> {};

TEST_P(Endured, ByTheServer) {
  const Verdict verdict = play("false_returns", "--client", GetParam());
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_THAT(verdict.failed(), ::testing::IsEmpty()) << verdict.output;
}

INSTANTIATE_TEST_SUITE_P(Mutant, Endured,
                         ::testing::Values("returns_one_twice", "returns_nothing_for_one"),
                         [](const auto& info) { return std::string(info.param); });

/// The scenarios in which mutants are caught, each once.
std::vector<std::string> scenarios() {
  std::map<std::string, bool> names;
  for (const Case& one : kCases) names[one.scenario] = true;
  std::vector<std::string> list;
  for (const auto& [name, used] : names) list.push_back(name);
  return list;
}

class Control : public ::testing::TestWithParam<std::string> {};

TEST_P(Control, TheProductPassesTheSameScenario) {
  const Verdict verdict = play(GetParam(), nullptr, nullptr);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_THAT(verdict.failed(), ::testing::IsEmpty()) << verdict.output;
}

INSTANTIATE_TEST_SUITE_P(Product, Control, ::testing::ValuesIn(scenarios()),
                         [](const auto& info) { return info.param; });

}  // namespace
