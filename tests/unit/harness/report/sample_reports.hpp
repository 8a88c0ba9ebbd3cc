// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "harness/report/run_report.hpp"

namespace ringside::harness::fixtures {

/// Three scenarios: one passed; one failed in a step and in a check; one could not run here.
inline RunReport sample_run() {
  RunReport report;
  report.version = "0.1.0";
  report.started = "2024-01-31T12:00:00Z";
  report.hostname = "box";
  report.seed = 42;
  report.duration_s = 3.5;

  ScenarioResult& passed = report.scenarios.emplace_back();
  passed.name = "flow-hash";
  passed.file = "scenarios/flow_hash.toml";
  passed.tags = {"hash", "quick"};
  passed.duration_s = 1.25;
  passed.seed = 42;
  passed.memory = "no-huge";
  passed.steps = {{"send port 0, 100 packets of a.pcap", 12, Outcome::kPass, 0.5, "", ""}};
  passed.checks = {{"conservation", Outcome::kPass, "100 went in = 100 came out", {}, 0, 0},
                   {"order", Outcome::kPass, "100 packets, by flow: 0 out of order", {}, 0, 3}};

  ScenarioResult& failed = report.scenarios.emplace_back(passed);
  failed.name = "paused-client";
  failed.outcome = Outcome::kFail;
  failed.steps.push_back(
      {"await received", 14, Outcome::kFail, 5.0, "100 packets received", "97 after 5 s"});
  failed.checks = {{"order", Outcome::kPass, "97 packets", {}, 0, 0},
                   {"affinity", Outcome::kFail, "97 packets", {"packet 17 went astray"}, 12, 0},
                   {"leak", Outcome::kSkip, "", {"no statistics"}, 0, 0}};
  failed.programs = {{"server", "mp_server -l 0 -- -p 3", "exit 5", {"EAL: Error"}}};
  failed.artifacts = "out/paused-client";
  failed.repeat_command = "ringside run paused-client --seed 42";

  ScenarioResult& skipped = report.scenarios.emplace_back();
  skipped.name = "live";
  skipped.file = "scenarios/live.toml";
  skipped.outcome = Outcome::kSkip;
  skipped.message = "needs root to make a network namespace";
  return report;
}

}  // namespace ringside::harness::fixtures
