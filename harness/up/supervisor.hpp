// SPDX-License-Identifier: BSD-3-Clause
// Keeps a server's clients alive. One supervisor for all, because only from above can it be seen
// who crashed and which lcore ids are taken; a client cannot start itself again in its own process
// (EAL starts once), nor at all after SIGKILL.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/world.hpp"
#include "harness/up/back_off.hpp"
#include "harness/up/listener.hpp"
#include "harness/up/output_follower.hpp"

namespace ringside::harness {

/// A program to run and to keep running.
struct Service {
  std::string name;  ///< "server", "client0", "wire"
  std::vector<std::string> command;
  bool is_client = false;  ///< started again when it crashes
  bool piped = false;      ///< the wire
};

struct SupervisorPlan {
  std::vector<Service> services;  ///< the server first
  std::string directory;          ///< of logs, and the programs' working directory
  std::vector<std::pair<std::string, std::string>> environment;
  Duration drain_timeout = std::chrono::seconds(5);  ///< the server's: for packets, at its end
  Duration patience = std::chrono::seconds(15);      ///< for the end of each, beyond that
};

class Supervisor {
 public:
  /// `listener` gets every line that a person is to see.
  Supervisor(World& world, SupervisorPlan plan, Listener& listener);

  /// Starts everything; clients wait for the server by themselves. Error: the launcher's.
  Status start();
  /// Starts crashed clients again until the interrupt is raised, the listener has left, or the
  /// server or the wire ends. Then ends all, gracefully; interrupts from then on are passed on to
  /// the program that is being waited for. `turn` is called in every turn. kOk when interrupted or
  /// left; otherwise the code of the one that ended, or that of a client whose command line is
  /// wrong; kCheckFailed when a program had to be killed.
  ExitCode run(const std::function<void()>& turn);
  /// "restarts: client0 0, client1 3"
  std::string summary() const;

  /// Precondition: `name` is one of the plan's, and start() succeeded.
  Process& process(const std::string& name);

 private:
  struct Program {
    Service service;
    std::unique_ptr<Process> process = nullptr;
    TimePoint started{};
    std::optional<TimePoint> due = {};  ///< when to start it again
    unsigned starts = 0;
    bool stays_away = false;
    BackOff back_off = {};
  };

  void tell(const std::string& sentence);
  void forward_output();
  std::string log_of(const Program& program, unsigned start) const;
  Status launch(Program& program);
  void remove_old_logs(const Program& program) const;
  void look_after(Program& client);
  void look_after_wire();
  void start_again_later(Program& client, const ProcessEnd& end);
  ExitCode end_all();
  bool end_program(Program& program, Duration patience);
  /// True when it did.
  bool pass_on_interrupts(Program& program);

  World& world_;
  SupervisorPlan plan_;
  Listener& listener_;
  OutputFollower output_;
  TimePoint next_forwarding_{};
  std::vector<Program> programs_;
  std::optional<ExitCode> verdict_;
  int heeded_ = 0;            ///< interrupts: acted upon
  TimePoint one_until_{};     ///< they count for one that come together
  TimePoint next_passing_{};  ///< of one of them
};

}  // namespace ringside::harness
