// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/churn.hpp"

#include <fmt/format.h>

#include <csignal>

#include "harness/run/facts.hpp"

namespace ringside::harness {
namespace {

/// From one kill to the next, once somebody serves; long enough for packets to flow between.
constexpr auto kLongestPeace = std::chrono::milliseconds(20);

std::string name_of(unsigned client) {
  return fmt::format("client{}", client);
}

}  // namespace

bool Churn::slot_is_free(unsigned client) {
  ServerFacts facts(cluster_.telemetry());
  return facts.get(name_of(client) + ".state") == Fact(std::string("absent"));
}

Status Churn::wait_for_a_random_moment() {
  std::uniform_int_distribution<Duration::rep> pause(0, Duration(kLongestPeace).count());
  const Deadline moment(world_.clock, Duration(pause(random_)));
  return wait_("a pause between two kills", [&] { return moment.passed(); });
}

Status Churn::kill_and_start_again(unsigned client) {
  const std::string name = name_of(client);
  Process* const process = cluster_.find(name);
  cluster_.expect_end(name, {-1, SIGKILL});
  cluster_.strike(name, SIGKILL);
  Status gone = wait_(name + " did not end", [process] { return process->poll().has_value(); });
  if (gone) {
    gone =
        wait_("the server did not free the slot of " + name, [&] { return slot_is_free(client); });
  }
  return gone ? cluster_.launch_client(client) : gone;
}

Status Churn::run(unsigned kills) {
  for (unsigned killed = 0; killed < kills; ++killed) {
    std::vector<RestartedClient> victims;
    Status step = wait_("no client came back", [&] {
      victims = cluster_.serving();
      return !victims.empty();
    });
    if (step) step = wait_for_a_random_moment();
    if (step) step = kill_and_start_again(victims[random_() % victims.size()].client);
    if (!step) {
      return Error{fmt::format("after {} kills: {}", killed, step.error().message),
                   step.error().code};
    }
  }
  return wait_("not all clients came back",
               [&] { return cluster_.serving().size() == scenario_.clients.size(); });
}

}  // namespace ringside::harness
