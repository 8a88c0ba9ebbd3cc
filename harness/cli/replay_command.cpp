// SPDX-License-Identifier: BSD-3-Clause
// ringside replay
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "core/ids.hpp"
#include "core/output_file.hpp"
#include "core/policy.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/report/replay_report.hpp"
#include "harness/run/command_lines.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

// What a server on a veth of a small machine takes without loss.
constexpr double kLiveRate = 5000;

class ReplayCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>& rest) override;

 private:
  Result<Scenario> scenario() const;
  Status read_pace(Scenario& scenario, Pace& pace) const;
  Status check_places(const Scenario& scenario) const;
  Status keep_captures(const std::string& from, const Scenario& scenario) const;
  Status print(const Played& played, const Scenario& scenario) const;

  CommonOptions common_;
  std::vector<std::string> files_;
  unsigned clients_ = 2;
  std::string ports_ = "ring";
  std::string handler_;
  std::string capture_dir_;
  ServerOptions server_;
  std::optional<double> rate_;
  std::optional<double> speed_;
  std::uint64_t loops_ = 1;
};

void ReplayCommand::declare(CLI::App& app) {
  app.add_option("capture", files_, "pcap or pcapng files: the first goes into port 0, and so on")
      ->required();
  app.add_option("--clients", clients_, "how many (2)")->check(CLI::Range(1u, kMaxClients));
  server_.policy = "flow-hash";
  server_.on_full = "wait";
  app.add_option("--policy", server_.policy,
                 "round-robin, flow-hash, symmetric-flow-hash or port (flow-hash)");
  app.add_option("--ports", ports_, "pcap, ring or live (ring)")
      ->check(CLI::IsMember({"pcap", "ring", "live"}));
  app.add_option("--rate", rate_, "packets per second; ring and live")->check(positive_number);
  app.add_option("--speed", speed_, "times the capture's own speed; ring and live")
      ->check(positive_number);
  app.add_option("--loops", loops_, "send the captures so many times")->check(positive_number);
  app.add_option("--on-full", server_.on_full, "when a client's ring is full: drop or wait (wait)")
      ->check(CLI::IsMember({"drop", "wait"}));
  app.add_option("--ring-size", server_.ring_size, "of each client (4096)");
  app.add_option("--ring-mode", server_.ring_mode, "as of mp_server");
  app.add_option("--tx", server_.tx, "return or direct (return)")
      ->check(CLI::IsMember({"return", "direct"}));
  app.add_option("--burst", server_.burst, "packets per burst (not given: the server's choice)");
  app.add_option("--server-lcores", server_.lcores, "lcores of the server (1)")
      ->check(CLI::Range(1u, 16u));
  app.add_option("--handler", handler_, "of the clients: forward, drop or delay:NS (forward)");
  app.add_option("--capture", capture_dir_,
                 "keep what came out in this directory, a pcap per port");
  declare_common_options(app, common_);
}

Status ReplayCommand::read_pace(Scenario& scenario, Pace& pace) const {
  if (rate_ && speed_) return Error{"--rate and --speed exclude each other"};
  if ((rate_ || speed_) && scenario.ports == PortKind::kPcap) {
    return Error{"pcap ports have no pace: use --ports ring with --rate and --speed"};
  }
  if (rate_) pace = {Pace::Kind::kRate, *rate_, 1};
  if (speed_) pace = {Pace::Kind::kTiming, 0, *speed_};
  if (!rate_ && !speed_ && scenario.ports == PortKind::kLive) {
    pace = {Pace::Kind::kRate, kLiveRate, 1};
  }
  return Done{};
}

Result<Scenario> ReplayCommand::scenario() const {
  const auto policy = parse_policy(server_.policy);
  if (!policy) return policy.error();
  if (files_.size() > kMaxPorts) return Error{fmt::format("at most {} captures", kMaxPorts)};
  Scenario scenario;
  scenario.name = "replay";
  scenario.ports = *parse_port_kind(ports_);
  scenario.port_count = std::max(2u, static_cast<unsigned>(files_.size() + files_.size() % 2));
  scenario.server = server_;
  scenario.timeout_s = 24.0 * 3600;
  scenario.client_slots = clients_;
  for (unsigned id = 0; id < clients_; ++id) {
    ClientOptions client;
    client.id = id;
    client.handler = handler_;
    scenario.clients.push_back(client);
  }
  Pace pace;
  const Status read = read_pace(scenario, pace);
  if (!read) return read.error();
  for (unsigned port = 0; port < files_.size(); ++port) {
    Step send;
    send.verb = Verb::kSend;
    send.text = fmt::format("send {} into port {}", files_[port], port);
    send.capture = fs::absolute(files_[port]).lexically_normal();
    send.port = port;
    send.loops = loops_;
    send.pace = pace;
    send.background = true;  // all ports at the same time
    scenario.steps.push_back(send);
  }
  // Somebody who asks for drops wants to see how many there are.
  const bool drops = server_.on_full == "drop" || handler_ == "drop";
  if (drops) scenario.expectations.drops.reset();
  if (!drops && scenario.ports == PortKind::kLive) {
    // The kernel does not wait for a server that is not scheduled; what it drops is counted.
    scenario.expectations.drops->push_back({"driver.missed", 0, ~std::uint64_t{0}});
  }
  if (handler_ == "drop") scenario.expectations.packets = false;
  return scenario;
}

Status ReplayCommand::check_places(const Scenario& scenario) const {
  Status status = check_outputs(common_);
  if (!status || capture_dir_.empty()) return status;
  status = check_output_directory("--capture", capture_dir_);
  for (unsigned port = 0; status && port < scenario.port_count; ++port) {
    const fs::path file = fs::path(capture_dir_) / output_file(port);
    if (fs::exists(file)) status = check_output_file("--capture", file);
  }
  return status;
}

Status ReplayCommand::keep_captures(const std::string& from, const Scenario& scenario) const {
  if (capture_dir_.empty()) return Done{};
  std::error_code error;
  fs::create_directories(capture_dir_, error);
  for (unsigned port = 0; port < scenario.port_count && !error; ++port) {
    fs::copy_file(fs::path(from) / output_file(port), fs::path(capture_dir_) / output_file(port),
                  fs::copy_options::overwrite_existing, error);
  }
  if (!error) return Done{};
  return environment_error(
      fmt::format("cannot keep captures in {}: {}", capture_dir_, error.message()));
}

Status ReplayCommand::print(const Played& played, const Scenario& scenario) const {
  ReplayReport report = summarize_replay(played.observation, scenario.expectations);
  report.version = RINGSIDE_VERSION;
  report.port_kind = ports_;
  report.memory = played.result.memory;
  report.capture_dir = capture_dir_;
  report.duration_s = played.result.duration_s;
  if (common_.json != "-") std::cout << to_text(report, use_colour(common_.colour));
  if (common_.json.empty()) return Done{};
  return write_output(common_.json, to_json(report));
}

Result<ExitCode> ReplayCommand::run(const std::vector<std::string>& rest) {
  server_.extra = rest;
  const auto replay = scenario();
  if (!replay) return replay.error();
  auto context = make_context(common_);
  if (!context) return context.error();
  if (const Status wraps = check_wraps(*context, {*replay}); !wraps) return wraps.error();
  if (const Status places = check_places(*replay); !places) return places.error();
  if (const auto reason = missing_requirement(*replay, *context)) return environment_error(*reason);
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  const PlayPlace place{directory->path() + "/0", directory->prefix()};
  std::error_code error;
  fs::create_directory(place.directory, error);

  World world = real_world();
  const Played played = play(world, *context, place, *replay);
  if (played.code == ExitCode::kInterrupted) return played.code;
  if (played.result.outcome != Outcome::kPass && !played.result.programs.empty()) {
    ScenarioResult without_checks = played.result;  // those are in the report below
    without_checks.checks.clear();
    std::cerr << to_text(without_checks, use_colour(common_.colour));
  }
  if (played.result.checks.empty()) return Error{played.result.message, played.code};
  const Status kept = keep_captures(place.directory, *replay);
  if (!kept) return kept.error();
  const Status printed = print(played, *replay);
  if (!printed) return printed.error();
  return played.code;
}

}  // namespace

std::unique_ptr<Command> make_replay_command() {
  return std::make_unique<ReplayCommand>();
}

}  // namespace ringside::harness
