// SPDX-License-Identifier: BSD-3-Clause
// The programs of one run: one server, its clients, perhaps a wire. Starts them, knows how each of
// them ended, and ends what still runs when it is destroyed.
#pragma once

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/model/observation.hpp"
#include "harness/report/run_report.hpp"
#include "harness/run/command_lines.hpp"
#include "harness/run/facts.hpp"
#include "harness/run/scenario.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// How long the programs are given. With --wrap a person may be at a debugger: no limits.
struct Patience {
  Duration start = std::chrono::seconds(30);  ///< a program becomes ready
  Duration stop = std::chrono::seconds(15);   ///< a program ends when asked, after draining
  Duration stall = std::chrono::seconds(10);  ///< an await sees no progress
  bool unlimited = false;

  Deadline deadline(const Clock& clock, Duration duration) const {
    return unlimited ? Deadline::never(clock) : Deadline(clock, duration);
  }
};

class Cluster {
 public:
  /// `directory`: of this run, existing. `scenario` must outlive the cluster.
  Cluster(World& world, const Scenario& scenario, LaunchPlan plan, Patience patience,
          std::string directory);

  /// Starts the server and waits until it answers. Errors: the server's own last words, with the
  /// code that it ended with when that is one of ours.
  Status start_server();
  /// Starts clients and waits until the server calls them all active.
  Status start_clients(const std::vector<unsigned>& ids);
  /// Starts a client and does not wait for it.
  Status launch_client(unsigned id);
  /// Clients whose present process the server calls active.
  std::vector<RestartedClient> serving();
  /// Those of them that would stay when the server ends: they run with --reconnect.
  std::vector<RestartedClient> staying();
  /// Ends the server alone: by SIGKILL, or as it likes to end. Clients that do not
  /// stay are expected to follow it.
  Status end_server(bool kill);
  /// Sends the server a signal that ends it, for good, and waits until it and the clients that
  /// follow it have ended. server_death() tells of it.
  Status kill_server(int signal);
  /// Nothing: no kill_server() has killed it. Of one that SIGINT or SIGTERM ended in peace, too.
  const std::optional<ServerDeath>& server_death() const { return server_death_; }
  /// Waits until these processes are active.
  Status await_clients(const std::vector<RestartedClient>& clients);
  /// Starts mp_wire; it is ready when it says so (WireClient).
  Result<Process*> start_wire();

  /// nullptr when it was never started. The latest one, for a client that was started again.
  Process* find(const std::string& name);
  Telemetry& telemetry() { return *telemetry_; }

  /// Sends `signal` to a program that runs; what it does to clients is noted in strikes().
  void strike(const std::string& name, int signal);
  const std::vector<Strike>& strikes() const { return strikes_; }
  /// A signal has ended a client.
  bool someone_was_killed();
  /// Waits until no client that a signal has ended holds its slot any more.
  Status await_burials();

  /// From now on this program may end, and is expected to in this way.
  void expect_end(const std::string& name, const ExpectedEnd& end);
  /// From now on the server may kill this client.
  void expect_eviction(const std::string& name);
  bool expects_eviction(const std::string& name);
  /// How a program is expected to end by a signal: as the scenario says, or as ours do.
  ExpectedEnd end_by(const std::string& name, int signal) const;
  /// A sentence about a program that ended while it should run; nullopt when all is well.
  std::optional<std::string> unexpected_end();

  /// "; server is stopped" of programs that a signal has stopped; "" when all run.
  std::string stopped();

  /// Asks one program to end (SIGINT) and waits.
  Stopped stop(const std::string& name);
  /// Asks the server to end, waits for the clients to follow, ends those that do not.
  void stop_server_and_clients();
  void stop_wire();
  /// SIGCONT to all that runs: what a scenario left paused, perhaps because a step failed.
  void resume_all();

  /// How each program ended, against what was expected. Precondition: all ended.
  std::vector<ProgramEnd> ends();
  /// Commands, ends and the last lines of the logs.
  std::vector<ProgramLog> logs();
  /// Directory of DPDK's files of this run.
  std::string dpdk_directory() const;
  const LaunchPlan& plan() const { return plan_; }

 private:
  struct Program {
    std::string name;
    std::vector<std::string> command;
    std::unique_ptr<Process> process;
    std::string out_file;
    std::string err_file;
    bool may_end = false;
    bool may_be_evicted = false;
    bool had_to_kill = false;
    ExpectedEnd expected = {};

    /// It has ended, and nobody expected it to.
    bool is_amiss() const {
      const auto end = may_end ? std::nullopt : process->poll();
      return end && !(may_be_evicted && end->signal == SIGKILL);
    }
    bool is_client() const { return name.starts_with("client"); }
    /// It ends by itself when its server does.
    bool follows() const { return is_client() && !reconnects() && !process->poll(); }
    /// It does not follow its server.
    bool reconnects() const {
      return std::find(command.begin(), command.end(), "--reconnect") != command.end();
    }
  };

  Result<Process*> start(const std::string& name, std::vector<std::string> command, bool piped);
  void note_strike(const Program& program, int signal);
  void expect_followers(ExitCode code);
  std::vector<Follower> followers();
  bool all_followed(ServerDeath& death);
  std::uint64_t now_ns() const;
  Program* program(const std::string& name);
  Status wait_for(const std::string& what, const std::function<bool()>& condition);
  Error why_ended(const Program& program);
  std::vector<std::string> tail(const Program& program, std::size_t lines) const;

  World& world_;
  const Scenario& scenario_;
  LaunchPlan plan_;
  Patience patience_;
  std::string directory_;
  std::unique_ptr<Telemetry> telemetry_;
  std::vector<Program> programs_;  ///< in the order of their start
  std::vector<Strike> strikes_;
  std::optional<ServerDeath> server_death_;
};

}  // namespace ringside::harness
