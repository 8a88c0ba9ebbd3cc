// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/approach.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/idle.hpp"

namespace ringside::dpdk {
namespace {

// A start takes a tenth of a second; 16 clients may start at once on a busy machine. Whoever does
// not get its turn in time starts all the same.
constexpr std::chrono::nanoseconds kTurnPatience = std::chrono::seconds(15);

/// The announced server, when it runs; else 0.
pid_t joinable_server(const RuntimeDirectory& directory) {
  const pid_t server = directory.announced_server();
  return server != 0 && process_state(server) == ProcessState::kRuns ? server : 0;
}

Error no_server(const RuntimeDirectory& directory, const EalArgs& args,
                std::chrono::nanoseconds wait) {
  const double seconds = std::chrono::duration<double>(wait).count();
  if (directory.is_barred()) {
    return environment_error(
        fmt::format("this user may not look for a server in {} (permission denied); run as the "
                    "user of the server, or set XDG_RUNTIME_DIR, for both, to a directory of this "
                    "user's",
                    directory.path()));
  }
  const pid_t primary = directory.primary();
  if (primary != 0 && process_state(primary) == ProcessState::kStopped) {
    return environment_error(fmt::format(
        "the server with --file-prefix {}, process {}, did not go on within {:.3g} s; let it "
        "(kill -CONT {}), or end it and start another",
        args.file_prefix, describe_process(primary), seconds, primary));
  }
  if (primary != 0) {
    return environment_error(
        fmt::format("process {} is the primary in {}, but no mp_server has announced itself there "
                    "within {:.3g} "
                    "s; see whether it is still starting, or another program",
                    describe_process(primary), directory.path(), seconds));
  }
  return environment_error(fmt::format(
      "no mp_server with --file-prefix {} is running (looked in {} for {:.3g} s); start it first, "
      "for example: mp_server {}--file-prefix {} -- -p 0x3 -n 2",
      args.file_prefix, directory.path(), seconds, args.no_huge ? "--no-huge -m 512 " : "",
      args.file_prefix));
}

}  // namespace

Result<Approach> approach_server(const RuntimeDirectory& directory, const EalArgs& args,
                                 std::chrono::nanoseconds wait,
                                 const std::function<bool()>& cancelled) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto left = deadline - std::chrono::steady_clock::now();
    pid_t server = 0;
    poll_until(left, [&] { return (server = joinable_server(directory)) != 0 || cancelled(); });
    if (cancelled()) return Error{"interrupted before the start", ExitCode::kInterrupted};
    if (server == 0) return no_server(directory, args, wait);
    const auto lost = [&] { return joinable_server(directory) != server; };
    const auto patience = std::clamp<std::chrono::nanoseconds>(
        deadline - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0), kTurnPatience);
    StartTurn turn =
        StartTurn::take(directory.ready_file(), patience, [&] { return cancelled() || lost(); });
    if (!cancelled() && !lost()) return Approach{server, std::move(turn)};
  }
}

}  // namespace ringside::dpdk
