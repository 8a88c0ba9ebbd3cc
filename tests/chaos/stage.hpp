// SPDX-License-Identifier: BSD-3-Clause
// A server with two ring ports, clients and a wire that sends, for programs that do something to
// them again and again. All in a directory of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/clock.hpp"
#include "harness/run/facts.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/posix_process.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/telemetry_client.hpp"
#include "harness/run/wire_client.hpp"

namespace ringside::harness {

using Words = std::vector<std::string>;

/// Longer than anything takes that is going to happen.
constexpr Duration kPatience = std::chrono::seconds(60);

/// What is in it; throws with the error's sentence.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

class Stage {
 public:
  /// Programs of `bin_dir`; the server has `slots` clients. Nothing runs yet.
  Stage(std::string bin_dir, unsigned slots, MemoryMode memory = MemoryMode::kNoHuge);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  void start_server();
  /// How the server ended, asked by `signal`.
  ProcessEnd end_server(int signal);
  /// Starts a wire that sends 2,000 packets a second for ever, and waits until packets arrive.
  void start_traffic();
  void end_traffic();
  /// Client `id` on lcore 32 + id, with more words after "--".
  std::unique_ptr<Process> client(unsigned id, const Words& more);
  /// Asks a program to end and waits; its words go with it.
  void end(Process& process, int signal = SIGINT);

  /// It says that it has joined; true from then on.
  bool has_joined(Process& process) const;
  /// The server says that this process holds slot `id`.
  bool is_active(unsigned id, const Process& process);
  std::string words_of(const Process& process) const;
  std::string words_of_server() const { return words_of(*server_); }
  /// Do packets come in and go out?
  bool serves();

  int server_pid() const { return server_->pid(); }
  Telemetry& telemetry() { return *telemetry_; }
  std::string runtime_directory() const {
    return directory_.path() + "/dpdk/" + directory_.prefix();
  }
  /// Names of the files by which the server has hugepages.
  std::vector<std::string> hugepage_files() const;
  bool await(const std::function<bool()>& condition, Duration patience = kPatience);
  /// As await(); throws with `what` when it does not come.
  void require(const std::function<bool()>& condition, const std::string& what);
  Clock& clock() { return clock_; }

 private:
  std::unique_ptr<Process> start(const std::string& program, const Words& words,
                                 bool piped = false);
  std::unique_ptr<Process> start_secondary(const std::string& program, const Words& more,
                                           bool piped = false);

  std::string bin_dir_;
  unsigned slots_;
  SteadyClock clock_;
  PosixLauncher launcher_;
  RunDirectory directory_;
  MemoryPlan memory_;
  std::unique_ptr<TelemetrySocket> telemetry_;
  unsigned started_ = 0;
  std::map<int, std::string> logs_;  ///< by pid, of the latest process with it
  std::unique_ptr<Process> server_, wire_process_;
  std::optional<WireClient> wire_;
};

/// Runs a shell command in which {} stands for a pid; nothing when it is empty.
void examine(std::string command, int pid);

/// The rest of a main(): reads the options of `app`, plays, and makes a sentence and code 6 of what
/// is thrown.
int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& play);

/// A whole file as text; empty when it cannot be read.
std::string text_of(const std::string& path);

}  // namespace ringside::harness
