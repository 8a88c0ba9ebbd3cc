// SPDX-License-Identifier: BSD-3-Clause
// mp_server as a function, so that a test can run it with one wrong seam.
#pragma once

#include "server/seams.hpp"

namespace ringside::server {

/// Runs a server from command line to exit code.
int run_server(int argc, char** argv, const Seams& seams);

}  // namespace ringside::server
