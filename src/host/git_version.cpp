// SPDX-License-Identifier: BSD-3-Clause
#include "host/git_version.hpp"

namespace ringside::host {

// Of one size, and in an object of its own: builds of two commits with the same code must not have
// it at different places, since they are compared in time.
extern const char kGitVersionText[256];
const char kGitVersionText[256] = RINGSIDE_GIT_VERSION;

}  // namespace ringside::host
