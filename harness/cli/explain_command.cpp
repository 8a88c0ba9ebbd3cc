// SPDX-License-Identifier: BSD-3-Clause
// ringside explain
#include <CLI/CLI.hpp>
#include <iostream>

#include "harness/cli/command.hpp"
#include "harness/cli/explain.hpp"

namespace ringside::harness {
namespace {

class ExplainCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("capture", options_.capture, "pcap or pcapng file");
    app.add_option("--packet", options_.packet,
                   "packet of the capture, counted from 1; with --flow, its place in the turns");
    app.add_option("--flow", options_.flow, "a flow in words, in place of a capture");
    app.add_option("--clients", options_.clients, "how many are active, 1 to 16")->required();
    app.add_option("--policy", options_.policy, "as for mp_server")->capture_default_str();
    app.add_option("--port", options_.port, "index of the port the packet is received on")
        ->capture_default_str();
    app.add_flag("--json", options_.json, "as JSON (schema ringside.explain/1)");
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    const auto text = explain_text(options_);
    if (!text) return text.error();
    std::cout << *text;
    return ExitCode::kOk;
  }

 private:
  ExplainOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_explain_command() {
  return std::make_unique<ExplainCommand>();
}

}  // namespace ringside::harness
