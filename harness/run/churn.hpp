// SPDX-License-Identifier: BSD-3-Clause
// Kills clients at random instants and starts them again, many times over: the step `churn`.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/scenario.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

class Churn {
 public:
  /// Waits until the condition holds; an error names what was waited for.
  using Wait = std::function<Status(const std::string& what, const std::function<bool()>&)>;

  Churn(World& world, const Scenario& scenario, Cluster& cluster, Wait wait, std::uint64_t seed)
      : world_(world),
        scenario_(scenario),
        cluster_(cluster),
        wait_(std::move(wait)),
        random_(seed) {}

  /// `kills` times: SIGKILL to a random client that gets packets, at a random moment; a new process
  /// in its place as soon as its slot is free. Ends when all clients get packets again.
  Status run(unsigned kills);

 private:
  Status wait_for_a_random_moment();
  Status kill_and_start_again(unsigned client);
  bool slot_is_free(unsigned client);

  World& world_;
  const Scenario& scenario_;
  Cluster& cluster_;
  Wait wait_;
  std::mt19937_64 random_;
};

}  // namespace ringside::harness
