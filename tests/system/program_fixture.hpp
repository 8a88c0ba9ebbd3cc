// SPDX-License-Identifier: BSD-3-Clause
// Tests that start the programs as a user does: a private runtime directory, no hugepages, exit
// codes and what is on standard error.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/run/clock.hpp"
#include "harness/run/posix_process.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::fixtures {

using Words = std::vector<std::string>;

/// How a program ended.
struct Ended {
  int exit_code = -1;  ///< -1: by a signal
  std::string out;
  std::string err;
};
inline void PrintTo(const Ended& ended, std::ostream* out) {
  *out << "exit code " << ended.exit_code;
}

/// "exit code `code`, and PROGRAM: error: ...SENTENCE... on a line of its own".
MATCHER_P3(FailsWith, program, code, sentence, "") {
  const std::string line = std::string(program) + ": error: ";
  const std::size_t begin = ("\n" + arg.err).rfind("\n" + line);
  *result_listener << "standard error:\n" << arg.err;
  if (arg.exit_code != code || begin == std::string::npos) return false;
  const std::string error = arg.err.substr(begin, arg.err.find('\n', begin) - begin);
  return error.find(sentence) != std::string::npos;
}

class ProgramTest : public ::testing::Test {
 protected:
  static constexpr auto kDeadline = std::chrono::seconds(60);
  static constexpr int kUsage = 2;
  static constexpr int kEnvironment = 5;

  ProgramTest() {
    auto made = harness::RunDirectory::create();
    if (!made) throw std::runtime_error(made.error().message);
    directory_ = std::make_unique<harness::RunDirectory>(*std::move(made));
  }

  /// A program that runs until the test ends it, or it ends itself.
  class Running {
   public:
    Running(harness::Clock& clock, std::unique_ptr<harness::Process> process, std::string log,
            bool talking)
        : clock_(clock), process_(std::move(process)), log_(std::move(log)), talking_(talking) {}

    int pid() const { return process_->pid(); }
    std::string out() {
      if (!talking_) return text(log_ + ".out");
      while (auto line = process_->read_line()) lines_ += *line + "\n";
      return lines_;
    }
    std::string err() const { return text(log_ + ".err"); }
    bool says(const std::string& words) { return (out() + err()).find(words) != std::string::npos; }
    /// Waits until its output holds `words`; false when it ends before, or the deadline passes.
    bool wait_for(const std::string& words) {
      wait([&] { return process_->poll().has_value() || says(words); });
      return says(words);
    }
    /// Stops it; false when it does not stand still in time. (kill() returns before it does.)
    bool stop() {
      ::kill(pid(), SIGSTOP);
      const auto stands = [this] {
        const std::string stat = text("/proc/" + std::to_string(pid()) + "/stat");
        const std::size_t name_end = stat.rfind(") ");
        return name_end != std::string::npos && stat[name_end + 2] == 'T';
      };
      wait(stands);
      return stands();
    }
    Ended wait_end() {
      wait([&] { return process_->poll().has_value(); });
      return end(SIGKILL);
    }
    /// Asks it to end, and by force when the deadline passes.
    Ended end(int signal = SIGTERM) {
      const auto stopped =
          harness::stop_process(clock_, *process_, signal, harness::Deadline(clock_, kDeadline));
      return {stopped.end.exit_code, out(), err()};
    }

   private:
    template <typename Condition>
    void wait(Condition&& condition) {
      const harness::InterruptFlag never{0};
      harness::wait_until(clock_, harness::Deadline(clock_, kDeadline), never, condition);
    }
    static std::string text(const std::string& path) {
      std::ifstream file(path);
      return {std::istreambuf_iterator<char>(file), {}};
    }

    harness::Clock& clock_;
    std::unique_ptr<harness::Process> process_;
    std::string log_;
    bool talking_;
    std::string lines_;
  };

  /// `talking`: standard input and output are pipes, input stays open until the program has ended.
  Running start(const std::string& path, const Words& arguments, bool talking = false) {
    harness::ProcessSpec spec;
    spec.name = std::filesystem::path(path).filename();
    spec.argv = {path};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.environment = {{"RUNTIME_DIRECTORY", directory_->path()}};
    spec.directory = directory_->path();
    const std::string log = directory_->path() + "/" + spec.name + std::to_string(++started_);
    spec.piped = talking;
    if (!talking) spec.stdout_file = log + ".out";
    spec.stderr_file = log + ".err";
    auto process = launcher_.start(spec);
    if (!process) throw std::runtime_error(process.error().message);
    return {clock_, *std::move(process), log, talking};
  }

  static Words join(Words eal, const Words& application) {
    eal.push_back("--");
    eal.insert(eal.end(), application.begin(), application.end());
    return eal;
  }
  static Words primary(const std::string& lcores = "0@0", const std::string& megabytes = "256") {
    return {"--no-huge", "-m", megabytes, "--no-pci", "--lcores", lcores};
  }
  static Words secondary(const std::string& lcores) {
    return {"--no-huge", "--no-pci", "--proc-type=secondary", "--lcores", lcores};
  }

  static std::string bin(const std::string& program) { return PROGRAMS_BIN "/" + program; }
  Running start_server(const Words& application, const Words& eal = primary()) {
    return start(bin("mp_server"), join(eal, application));
  }
  /// A server with two ring ports that has announced itself.
  Running start_good_server(const Words& more = {}) {
    Words words{"-p", "3", "-n", "1", "--ring-port", "a", "--ring-port", "b"};
    words.insert(words.end(), more.begin(), more.end());
    Running server = start_server(words);
    if (!server.wait_for("Ready for")) throw std::runtime_error("no server: " + server.err());
    return server;
  }
  Running start_client(const Words& application, const std::string& lcores = "1@1") {
    return start(bin("mp_client"), join(secondary(lcores), application));
  }
  Running start_wire(const Words& application, const std::string& lcores = "100@0") {
    return start(bin("mp_wire"), join(secondary(lcores), application), /*talking=*/true);
  }

  harness::SteadyClock clock_;
  harness::PosixLauncher launcher_;
  std::unique_ptr<harness::RunDirectory> directory_;
  unsigned started_ = 0;
};

}  // namespace ringside::fixtures
