// SPDX-License-Identifier: BSD-3-Clause
// A clock and processes that do what a test says.
#pragma once

#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/run/clock.hpp"
#include "harness/run/process.hpp"

namespace ringside::harness::test {

/// Time passes only when somebody sleeps.
class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  void sleep(Duration duration) override {
    now_ += duration;
    ++sleeps;
    if (on_sleep) on_sleep();
  }
  std::function<void()> on_sleep;
  int sleeps = 0;

 private:
  TimePoint now_{};
};

/// A child that notes what is asked of it and ends when the test says so.
class FakeProcess final : public Process {
 public:
  explicit FakeProcess(std::string name, int pid = 1000) : name_(std::move(name)), pid_(pid) {}
  const std::string& name() const override { return name_; }
  int pid() const override { return pid_; }
  std::optional<ProcessEnd> poll() override { return end; }
  bool is_stopped() override { return stopped; }
  void signal(int signal) override {
    stopped = signal == SIGSTOP || (stopped && signal != SIGCONT);
    if (end) return;
    signals.push_back(signal);
    if (signal == SIGKILL) end = ProcessEnd{-1, SIGKILL};
    if (on_signal) on_signal(signal);
  }
  bool write(const std::string& text) override {
    written.push_back(text);
    if (on_write) on_write(text);
    return !end;
  }
  std::optional<std::string> read_line() override {
    if (lines.empty()) return std::nullopt;
    std::string line = lines.front();
    lines.pop_front();
    return line;
  }

  std::optional<ProcessEnd> end;
  bool stopped = false;
  std::vector<int> signals;
  std::vector<std::string> written;
  std::deque<std::string> lines;
  std::function<void(int)> on_signal;
  std::function<void(const std::string&)> on_write;

 private:
  std::string name_;
  int pid_;
};

}  // namespace ringside::harness::test
