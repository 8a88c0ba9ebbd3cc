// SPDX-License-Identifier: BSD-3-Clause
// Does the steps of a scenario, one after the other, on programs that run.
#pragma once

#include <optional>
#include <string>

#include "harness/report/run_report.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/facts.hpp"
#include "harness/run/scenario.hpp"
#include "harness/run/traffic.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

class StepPlayer {
 public:
  /// All references outlive the player. `deadline`: of the whole scenario.
  /// `seed`: of what steps do at random.
  StepPlayer(World& world, const Scenario& scenario, const Patience& patience, Cluster& cluster,
             Traffic& traffic, const Deadline& deadline, std::uint64_t seed = 0)
      : world_(world),
        scenario_(scenario),
        patience_(patience),
        cluster_(cluster),
        traffic_(traffic),
        deadline_(deadline),
        seed_(seed) {}

  struct Outcome {
    StepResult result;
    std::optional<Error> error;  ///< kCheckFailed, kTimedOut, kInterrupted, ...
  };
  Outcome play(const Step& step);

 private:
  bool paced_send_lives();
  Status send(const Step& step);
  Status await(const Step& step, StepResult& result);
  Status check(const Step& step, StepResult& result);
  Status signal_to(const Target& target, int signal);
  Status pause(const Step& step, bool pause);
  Status wait_for_moment(const Step& step, StepResult& result);
  Status kill(const Step& step, StepResult& result);
  Status start(const Step& step);
  Status stop(const Step& step);
  Status churn(const Step& step);
  Status crash(const Step& step);
  Status wait(const std::string& what, const std::function<bool()>& condition);
  std::optional<Fact> fact(ServerFacts& server, const std::string& name);

  World& world_;
  const Scenario& scenario_;
  const Patience& patience_;
  Cluster& cluster_;
  Traffic& traffic_;
  Deadline deadline_;
  std::uint64_t heartbeat_ = 0;
  std::uint64_t seed_;  ///< of random steps
};

}  // namespace ringside::harness
