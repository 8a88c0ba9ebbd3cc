// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/listener.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstdio>

namespace ringside::harness {

void StandardOutput::tell(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

bool StandardOutput::has_left() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace ringside::harness
