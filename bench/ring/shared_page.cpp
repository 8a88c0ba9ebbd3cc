// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/shared_page.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ringside::bench {

Result<SharedPageFile> SharedPageFile::create() {
  const int fd = ::memfd_create("ringside-bench", 0);  // inherited by the helper: no CLOEXEC
  if (fd >= 0 && ::ftruncate(fd, sizeof(SharedPage)) == 0) return map(fd);
  const Error error =
      environment_error(fmt::format("cannot make shared memory: {}", std::strerror(errno)));
  if (fd >= 0) ::close(fd);
  return error;
}

Result<SharedPageFile> SharedPageFile::map(int fd) {
  void* memory = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    return environment_error(fmt::format("cannot map shared memory: {}", std::strerror(errno)));
  }
  return SharedPageFile(static_cast<SharedPage*>(memory), fd);
}

SharedPageFile::SharedPageFile(SharedPageFile&& other) noexcept
    : page_(std::exchange(other.page_, nullptr)), fd_(std::exchange(other.fd_, -1)) {}

SharedPageFile::~SharedPageFile() {
  if (page_ == nullptr) return;
  ::munmap(page_, sizeof(SharedPage));
  ::close(fd_);
}

}  // namespace ringside::bench
