// SPDX-License-Identifier: BSD-3-Clause
// mp_client as a function, so that a test can run it with a wrong handler.
#pragma once

#include "client/handler.hpp"

namespace ringside::client {

/// Runs a client from command line to exit code.
int run_client(int argc, char** argv, HandleFn handle);

}  // namespace ringside::client
