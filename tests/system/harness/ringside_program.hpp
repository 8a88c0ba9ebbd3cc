// SPDX-License-Identifier: BSD-3-Clause
// Runs the real ringside in a temporary directory of the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "harness/run/clock.hpp"
#include "harness/run/posix_process.hpp"

namespace ringside::harness::test {

struct RingsideRun {
  int code = -1;
  std::string out;
  std::string err;
};

/// A directory that is TMPDIR of every ringside the test starts, so that what they leave is seen.
class RingsideTest : public ::testing::Test {
 protected:
  RingsideTest();
  ~RingsideTest() override;

  /// Runs ringside to its end.
  RingsideRun ringside(std::vector<std::string> arguments);
  /// Starts it and returns at once.
  std::unique_ptr<Process> start(std::vector<std::string> arguments);
  RingsideRun finish(Process& process);
  /// Runs a script of /bin/sh to its end; "$1" is ringside.
  RingsideRun shell(const std::string& script);
  bool wait_until_true(const std::function<bool()>& condition);

  /// Writes a file into the directory and returns its path.
  std::string write(const std::string& name, const std::string& text) const;
  std::string write_program(const std::string& name, const std::string& script) const;
  std::string read(const std::string& name) const;
  static std::string capture(const std::string& name);
  /// Private directories of ringside that are there.
  std::vector<std::string> run_directories() const;
  /// Processes whose working directory is below the test's directory.
  std::vector<int> processes_left() const;

  std::unique_ptr<Process> start_words(std::vector<std::string> words);

  std::string directory_;
  SteadyClock clock_;
  InterruptFlag flag_{0};
  PosixLauncher launcher_;
};

}  // namespace ringside::harness::test
