// SPDX-License-Identifier: BSD-3-Clause
#include "client/options.hpp"

#include <fmt/format.h>

#include "cli/command_line.hpp"
#include "core/burst.hpp"
#include "core/parse_number.hpp"

namespace ringside::client {
namespace {

constexpr const char* kExamples = R"(Examples:
  mp_client -l 3 --proc-type=secondary -- -n 0
  mp_client --lcores 3@1 --no-huge --proc-type=auto -- -n 1 --mark mac
  mp_client -l 3 --proc-type=secondary -- -n 0 --reconnect --wait 3600
EAL's own options stand before "--".
Exit codes: 0 done, 2 command line, 3 the server ended without saying so, or while this client was
joining it, 5 no server to join within --wait, refused by it, or the machine lacks something,
6 internal error, 124 the start hung, or the server did not answer, until 2 s after --wait.)";

/// What CLI11 fills before it is checked.
struct Raw {
  std::string id;
  std::string mark = "none";
  std::string handler = "forward";
  std::string idle = "adaptive";
  std::optional<unsigned> burst;
  std::chrono::nanoseconds wait = std::chrono::seconds(10);
  bool reconnect = false;
};

void declare(CLI::App& app, Raw& raw) {
  app.add_option("-n", raw.id, "This client's id, 0 ... (the server's -n) - 1")->required();
  app.add_option("--mark", raw.mark,
                 "mac: write 02:00:00:00:CC:PP (client, output port) into the source MAC")
      ->check(CLI::IsMember({"none", "mac"}));
  app.add_option("--handler", raw.handler,
                 "forward, drop, or delay:NS (spend NS nanoseconds on each packet)");
  app.add_option(
         "--burst", raw.burst,
         "Packets taken at once (32; with --tx direct a fourth of the ring, between 32 and 128)")
      ->check(CLI::Range(1u, kMaxBurst));
  app.add_option("--idle", raw.idle, "spin, yield or adaptive");
  cli::add_duration(app, "--wait", raw.wait, "How long to wait for the server");
  app.add_flag("--reconnect", raw.reconnect,
               "When the server has ended, wait for the next one (--wait) and join it");
}

constexpr cli::CommandLine<Raw> kCommandLine{
    "mp_client", "takes packets from its ring and forwards them", kExamples, declare};

}  // namespace

std::string help() {
  return kCommandLine.help();
}

Result<Options> parse_options(const std::vector<std::string>& words) {
  const auto read = kCommandLine.parse(words);
  if (!read) return read.error();
  const Raw& raw = *read;
  const auto id = parse_number<unsigned>(raw.id);
  if (!id || *id >= kMaxClients) {
    return Error{fmt::format("-n '{}' is no client id; ids are the numbers 0 ... {}", raw.id,
                             kMaxClients - 1)};
  }
  auto handler = parse_handler(raw.handler);
  if (!handler) return handler.error();
  auto idle = parse_idle_mode(raw.idle);
  if (!idle) return idle.error();
  Options options;
  options.id = ClientId{static_cast<std::uint8_t>(*id)};
  options.handler = *handler;
  options.handler.mark_mac = raw.mark == "mac";
  options.burst = raw.burst;
  options.reconnect = raw.reconnect;
  options.idle = *idle;
  options.wait = raw.wait;
  return options;
}

}  // namespace ringside::client
