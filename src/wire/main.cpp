// SPDX-License-Identifier: BSD-3-Clause
#include <unistd.h>

#include <csignal>
#include <optional>
#include <utility>

#include "core/eal_args.hpp"
#include "core/program.hpp"
#include "core/signals.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/lanes.hpp"
#include "dpdk/peer_process.hpp"
#include "dpdk/shared_info.hpp"
#include "wire/claim.hpp"
#include "wire/options.hpp"
#include "wire/wire.hpp"

namespace {

using namespace ringside;

/// Standard output is for replies alone. DPDK logs there, so its words go to standard error
/// instead; returns the descriptor that leads to where standard output led.
int keep_replies_apart() {
  const int replies = ::dup(STDOUT_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return replies;
}

int give_up(const Error& error) {
  return error.code == ExitCode::kInterrupted ? 0 : exit_code("mp_wire", error);
}

Status run(const SplitArgs& args) {
  Result<wire::Options> options = wire::parse_options(args.application);
  if (!options) return options.error();
  const int replies = keep_replies_apart();

  Result<dpdk::Eal> eal =
      dpdk::Eal::start_secondary(args.eal, options->wait, signals::stop_requested, give_up);
  if (!eal) {
    if (eal.error().code == ExitCode::kInterrupted) return Done{};  // told to end while it waited
    return eal.error();
  }
  Result<shared::SharedInfo*> info = dpdk::attach_shared_info();
  if (!info) return info.error();
  dpdk::use_lane(dpdk::kWireLane);
  Result<wire::WireClaim> taken =
      wire::WireClaim::take(**info, dpdk::own_claim(), dpdk::lcore_set(),
                            [](ClaimWord holder) { return dpdk::runs(holder); });
  if (!taken) return taken.error();
  std::optional<wire::WireClaim> claim(*std::move(taken));
  Result<std::unique_ptr<wire::Wire>> wire = wire::Wire::attach(**info);
  if (!wire) return wire.error();
  eal->arrived();
  (*wire)->run(STDIN_FILENO, replies, signals::stop_requested, [&claim] { claim.reset(); });
  return Done{};
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  const SplitArgs args = split_args(argc, argv);
  if (asks_for_help(args)) return print_text(wire::usage());
  if (asks_for_version(args)) return print_version("mp_wire");
  signals::install();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an end, not a death
  return exit_code("mp_wire", run(args));
}
