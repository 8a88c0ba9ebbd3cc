// SPDX-License-Identifier: BSD-3-Clause
#include "core/result.hpp"

namespace ringside {

Error environment_error(std::string message) {
  return Error{std::move(message), ExitCode::kEnvironment};
}

}  // namespace ringside
