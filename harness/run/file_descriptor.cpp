// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ringside::harness {

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<PipeEnds> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return environment_error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  return PipeEnds{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace ringside::harness
