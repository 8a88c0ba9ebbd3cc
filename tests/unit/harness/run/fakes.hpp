// SPDX-License-Identifier: BSD-3-Clause
// A clock and processes that do what a test says.
#pragma once

#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/run/clock.hpp"
#include "harness/run/process.hpp"
#include "harness/run/telemetry_client.hpp"

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

/// A server's telemetry as a test writes it; a command without a reply is an error.
class FakeTelemetry final : public Telemetry {
 public:
  Result<std::string> request(const std::string& command) override {
    ++asked;
    if (on_request) on_request(command);
    const auto reply = replies.find(command);
    if (reply == replies.end()) return environment_error("no " + command);
    return reply->second;
  }
  std::map<std::string, std::string> replies;
  std::function<void(const std::string&)> on_request;
  int asked = 0;
};

/// Hands out fake processes and keeps what was asked for.
class FakeLauncher final : public Launcher {
 public:
  Result<std::unique_ptr<Process>> start(const ProcessSpec& spec) override {
    specs.push_back(spec);
    const int own_pid = 1000 + static_cast<int>(specs.size());
    auto process = std::make_unique<FakeProcess>(spec.name, pid.value_or(own_pid));
    started[spec.name] = process.get();
    if (on_start) on_start(*process, spec);
    return std::unique_ptr<Process>(std::move(process));
  }
  std::vector<ProcessSpec> specs;
  std::map<std::string, FakeProcess*> started;  ///< valid while their owners live
  std::optional<int> pid;                       ///< of all that are started, if given
  std::function<void(FakeProcess&, const ProcessSpec&)> on_start;
};

}  // namespace ringside::harness::test
