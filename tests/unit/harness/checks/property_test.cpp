// SPDX-License-Identifier: BSD-3-Clause
// Any run of a server without fault is passed, however its clients overtake each other and however
// alike its frames are; any one fault is found by the check that exists for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "tests/unit/harness/checks/simulated_run.hpp"

namespace ringside::harness {
namespace {

using namespace fixtures;

constexpr unsigned kAlike = 3;  // so few contents that many frames of a flow are identical

Expectations any_drops() {
  Expectations expectations;
  expectations.drops.reset();
  return expectations;
}

/// Packets of a few flows into both ports; with `alike` many frames are identical, without it none.
SimulatedRun some_run(const std::string& policy, bool alike) {
  SimulatedRun run(policy, *rc::gen::inRange(1u, 5u));
  run.marked = policy == "round-robin" || *rc::gen::arbitrary<bool>();
  const unsigned packets = *rc::gen::inRange(1u, 60u);
  for (unsigned i = 0; i < packets; ++i) {
    const unsigned flow = *rc::gen::inRange(0u, 6u);
    const unsigned number = alike ? *rc::gen::inRange(0u, kAlike) : i;
    switch (*rc::gen::inRange(0, alike ? 4 : 2)) {
      case 0:
        run.send(0, udp_frame(flow, number));
        break;
      case 1:
        run.send(1, udp_reply(flow, number));
        break;
      case 2:
        run.send(0, raw_frame(flow, number));
        break;
      default:
        run.send(1, test::Bytes(5 + number, std::byte{0}));
        break;
    }
  }
  return run;
}

/// Clients work at speeds of their own: packets of different clients come out in any order, those
/// of one client in theirs.
void let_clients_overtake(std::vector<Output>& out) {
  std::map<unsigned, std::vector<Output>> by_client;
  std::vector<unsigned> turns;
  for (const Output& output : out) {
    by_client[output.client].push_back(output);
    turns.push_back(output.client);
  }
  std::map<unsigned, std::size_t> next;
  std::vector<Output> merged;
  for (std::size_t left = turns.size(); left > 0; --left) {
    std::swap(turns[*rc::gen::inRange<std::size_t>(0, left)], turns[left - 1]);
    const unsigned client = turns[left - 1];
    merged.push_back(by_client[client][next[client]++]);
  }
  out = merged;
}

void drop_some(SimulatedRun& run) {
  unsigned drops = *rc::gen::inRange(0u, 4u);
  while (drops-- > 0 && run.out[1].size() > 1) {
    const auto index = *rc::gen::inRange<std::size_t>(0, run.out[1].size());
    run.drop(index, "work_ring", "ring_full", run.out[1][index].client);
  }
}

RC_GTEST_PROP(CheckProperties, ARunWithoutFaultIsNeverCalledBad, ()) {
  const auto policy =
      *rc::gen::element<std::string>("round-robin", "flow-hash", "symmetric-flow-hash", "port");
  SimulatedRun run = some_run(policy, true);
  run.forward();
  for (auto& out : run.out) let_clients_overtake(out);
  // Dropping round robin's packets behind the dispatcher keeps the counts of the books even.
  drop_some(run);
  RC_PRE(!run.out[0].empty() || !run.out[1].empty());
  const Observation observation = run.observe();
  const auto results = run_checks(observation, any_drops());
  for (const CheckResult& result : *results) {
    RC_LOG() << result.name << ": " << reasons(result) << '\n';
    RC_ASSERT(result.outcome == Outcome::kPass || result.outcome == Outcome::kSkip);
  }
}

/// Frames of port 1's output grouped by flow: which positions a flow has.
std::map<test::Bytes, std::vector<std::size_t>> positions_by_flow(const SimulatedRun& run) {
  std::map<test::Bytes, std::vector<std::size_t>> positions;
  for (std::size_t i = 0; i < run.out[1].size(); ++i) {
    const test::Bytes& frame = run.out[1][i].frame;
    positions[{frame.begin() + 26, frame.begin() + 38}].push_back(i);  // addresses and ports
  }
  return positions;
}

SimulatedRun run_with_output() {
  SimulatedRun run = some_run("flow-hash", false);
  run.marked = true;
  run.send(0, udp_frame(0, 1000));
  run.send(0, udp_frame(0, 1001));
  run.forward();
  let_clients_overtake(run.out[1]);
  return run;
}

RC_GTEST_PROP(CheckProperties, APermutationIsCalledBadExactlyWhenAFlowIsOutOfOrder, ()) {
  SimulatedRun run = run_with_output();
  const std::vector<Output> before = run.out[1];
  const auto flows = positions_by_flow(run);
  // A few swaps anywhere.
  for (int swaps = *rc::gen::inRange(0, 4); swaps > 0; --swaps) {
    const auto size = run.out[1].size();
    std::swap(run.out[1][*rc::gen::inRange<std::size_t>(0, size)],
              run.out[1][*rc::gen::inRange<std::size_t>(0, size)]);
  }
  bool reordered = false;
  const auto flows_after = positions_by_flow(run);
  for (const auto& [flow, positions] : flows) {
    const auto& after = flows_after.at(flow);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      reordered = reordered || before[positions[i]].frame != run.out[1][after[i]].frame;
    }
  }
  const std::set<std::string> expected =
      reordered ? std::set<std::string>{"order"} : std::set<std::string>{};
  RC_ASSERT(failing(run.observe()) == expected);
}

RC_GTEST_PROP(CheckProperties, AHiddenDropIsAlwaysFoundByConservationAlone, ()) {
  SimulatedRun run = run_with_output();
  run.take(*rc::gen::inRange<std::size_t>(0, run.out[1].size()));
  RC_ASSERT(failing(run.observe()) == std::set<std::string>{"conservation"});
}

RC_GTEST_PROP(CheckProperties, ADuplicateAnywhereIsAlwaysFoundByIntegrity, ()) {
  SimulatedRun run = run_with_output();
  const Output copy = run.out[1][*rc::gen::inRange<std::size_t>(0, run.out[1].size())];
  const auto at = *rc::gen::inRange<std::ptrdiff_t>(0, run.out[1].size() + 1);
  run.out[1].insert(run.out[1].begin() + at, copy);
  const auto expected = std::set<std::string>{"conservation", "integrity"};
  RC_ASSERT(failing(run.observe()) == expected);
}

RC_GTEST_PROP(CheckProperties, AFlippedBitOutsideTheMarkIsAlwaysFoundByIntegrityAlone, ()) {
  SimulatedRun run = run_with_output();
  test::Bytes& frame = run.out[1][*rc::gen::inRange<std::size_t>(0, run.out[1].size())].frame;
  const auto byte = *rc::gen::suchThat(rc::gen::inRange<std::size_t>(0, frame.size()),
                                       [](std::size_t i) { return i < 6 || i > 11; });
  frame[byte] ^= static_cast<std::byte>(1u << *rc::gen::inRange(0, 8));
  const auto found = failing(run.observe());
  RC_ASSERT(found == std::set<std::string>{"integrity"});
}

RC_GTEST_PROP(CheckProperties, AWrongClientIsAlwaysFoundByAffinityAlone, ()) {
  SimulatedRun run("flow-hash", *rc::gen::inRange(2u, 17u));
  run.send_flows(*rc::gen::inRange(1u, 5u), *rc::gen::inRange(1u, 5u));
  run.forward();
  Output& output = run.out[1][*rc::gen::inRange<std::size_t>(0, run.out[1].size())];
  const Observation good = run.observe();
  output.client =
      (output.client + *rc::gen::inRange(1u, static_cast<unsigned>(good.clients.size()))) %
      static_cast<unsigned>(good.clients.size());
  RC_ASSERT(failing(good).empty());
  RC_ASSERT(failing(run.observe()) == std::set<std::string>{"affinity"});
}

}  // namespace
}  // namespace ringside::harness
