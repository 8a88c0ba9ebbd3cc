// SPDX-License-Identifier: BSD-3-Clause
// Real child processes: fork, exec, waitid. A child is the leader of its own process group and dies
// with ringside (PR_SET_PDEATHSIG), also when ringside gets SIGKILL.
#pragma once

#include "harness/run/process.hpp"

namespace ringside::harness {

/// Starts real processes. A child also dies when the *thread* that started it ends
/// (PR_SET_PDEATHSIG is bound to threads): start and end a child on the same thread.
class PosixLauncher final : public Launcher {
 public:
  Result<std::unique_ptr<Process>> start(const ProcessSpec& spec) override;
};

}  // namespace ringside::harness
