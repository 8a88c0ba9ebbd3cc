// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/leftovers.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "core/idle.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

constexpr auto kLook = std::chrono::milliseconds(20);

Error already_runs(pid_t primary, const RuntimeDirectory& directory, const EalArgs& args) {
  return environment_error(fmt::format(
      "a primary process with --file-prefix {} already runs: process {} holds {}; stop it, or give "
      "this server another --file-prefix",
      args.file_prefix, describe_process(primary), directory.config_file()));
}

Error interrupted() {
  return Error{"interrupted before the start", ExitCode::kInterrupted};
}

Error orphans_stay(const std::vector<pid_t>& orphans, const RuntimeDirectory& directory,
                   const EalArgs& args, std::chrono::nanoseconds patience) {
  std::vector<std::string> names;
  for (const pid_t pid : orphans) names.push_back(describe_process(pid));
  const double seconds = std::chrono::duration<double>(patience).count();
  if (names.empty()) {
    return environment_error(fmt::format(
        "processes of another user or container still use {}, {:.3g} s after their server has "
        "gone; end them (fuser -v {}/fbarray_* as root names them), then start this server again",
        directory.path(), seconds, directory.path()));
  }
  return environment_error(
      fmt::format("the last server with --file-prefix {} has gone, but what was attached to it "
                  "still runs after "
                  "{:.3g} s: {}; end that first (kill -9 {}), then start this server again",
                  args.file_prefix, seconds, fmt::join(names, ", "), fmt::join(orphans, " ")));
}

}  // namespace

Result<StartTurn> make_way(const RuntimeDirectory& directory, const EalArgs& args,
                           const std::function<bool()>& cancelled,
                           std::chrono::nanoseconds patience) {
  pid_t primary = 0;
  const auto is_taken = [&] { return (primary = directory.primary()) != 0; };
  if (is_taken()) return already_runs(primary, directory, args);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  // A client that was about to enter rte_eal_init() when the last server died would come upon the
  // files of this one in the making, and sweep them away (StartTurn). It ends soon.
  StartTurn turn =
      StartTurn::take(directory.ready_file(), patience, [&] { return is_taken() || cancelled(); });
  if (is_taken()) return already_runs(primary, directory, args);
  if (cancelled()) return interrupted();
  std::error_code ignored;  // no client may take a dead server's word for the new one's
  fs::remove(directory.ready_file(), ignored);
  fs::remove(directory.path() + "/hugepage_data", ignored);
  std::vector<pid_t> orphans;
  const bool decided = poll_until(
      deadline - std::chrono::steady_clock::now(),
      [&] {
        orphans = directory.users();
        return is_taken() || cancelled() || (orphans.empty() && !directory.in_use());
      },
      kLook);
  if (primary != 0) return already_runs(primary, directory, args);
  if (cancelled()) return interrupted();
  if (!decided) return orphans_stay(orphans, directory, args, patience);
  return turn;
}

}  // namespace ringside::dpdk
