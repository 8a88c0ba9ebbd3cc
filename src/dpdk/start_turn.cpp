// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/start_turn.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/idle.hpp"

namespace ringside::dpdk {

StartTurn StartTurn::take(const std::string& file, std::chrono::nanoseconds patience,
                          const std::function<bool()>& cancelled) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  bool mine = false;
  if (fd >= 0) {
    poll_until(patience, [&] {
      mine = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
      return mine || cancelled();
    });
  }
  return {fd, mine};
}

StartTurn::~StartTurn() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace ringside::dpdk
