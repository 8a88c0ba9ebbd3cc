// SPDX-License-Identifier: BSD-3-Clause
// A child process as an object with few verbs. Process and Launcher are what the rest of the
// harness sees, so that everything above is tested with fakes; PosixLauncher (posix_process.hpp) is
// the real one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "harness/run/clock.hpp"

namespace ringside::harness {

/// How a process ended: by exiting with `exit_code`, or by `signal` (then exit_code is -1).
struct ProcessEnd {
  int exit_code = -1;
  int signal = 0;
  bool operator==(const ProcessEnd&) const = default;
  /// "exit 5", "SIGKILL".
  std::string text() const;
};

/// What to start and with what around it.
struct ProcessSpec {
  std::string name;               ///< for messages: "server", "client0", "wire"
  std::vector<std::string> argv;  ///< argv[0] is the program's path, or found in PATH
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ringside's own
  std::string directory;                                         ///< working directory
  std::string stdout_file;  ///< created or truncated; empty with `piped` or `foreground`
  std::string stderr_file;
  bool piped = false;       ///< stdin and stdout are pipes to ringside (mp_wire)
  bool foreground = false;  ///< stdin, stdout, stderr and the terminal are handed over (--wrap)
  std::optional<unsigned> cpu = {};  ///< the one it runs on
  /// Destroying it ends its whole session, not its process group alone: build tools give each
  /// command a group of its own.
  bool whole_session = false;
  bool ahead = false;  ///< of all ordinary processes, where that is allowed; its threads as well
};

/// A started child, leader of its own process group. Destroying it kills and reaps what still runs.
class Process {
 public:
  virtual ~Process() = default;
  virtual const std::string& name() const = 0;
  virtual int pid() const = 0;
  /// The end, once there is one; never blocks. Stays the same from then on.
  virtual std::optional<ProcessEnd> poll() = 0;
  /// True while the process is stopped (SIGSTOP has taken effect).
  virtual bool is_stopped() = 0;
  /// Sends `signal` to the whole process group. Nothing happens after the end.
  virtual void signal(int signal) = 0;
  /// `piped` only. Writes all of `text`; false when the child no longer reads.
  virtual bool write(const std::string& text) = 0;
  /// `piped` only. A complete line the child wrote, without its newline; never blocks.
  virtual std::optional<std::string> read_line() = 0;
};

/// Starts processes: each the leader of a process group, and unless `foreground` of a session.
class Launcher {
 public:
  virtual ~Launcher() = default;
  /// Errors: program not found or not executable, log file cannot be made; ExitCode::kEnvironment.
  virtual Result<std::unique_ptr<Process>> start(const ProcessSpec& spec) = 0;
};

/// The result of ending a process.
struct Stopped {
  ProcessEnd end;
  bool had_to_kill = false;  ///< the deadline passed, SIGKILL ended it
};

/// Asks a process to end by `signal` (and SIGCONT, for one that is stopped), gives it until
/// `deadline`, then sends SIGKILL. Returns when it is reaped. Ignores interrupts: this is how one
/// ends.
Stopped stop_process(Clock& clock, Process& process, int signal, const Deadline& deadline);

/// "SIGKILL" for 9, "signal 77" for what has no name.
std::string signal_name(int signal);

}  // namespace ringside::harness
