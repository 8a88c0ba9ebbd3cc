// SPDX-License-Identifier: BSD-3-Clause
// Owner of one open file of the kernel.
#pragma once

#include <utility>

#include "core/result.hpp"

namespace ringside::harness {

/// Closes the descriptor it holds; -1 = none. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    other.reset();
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

struct PipeEnds {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

/// A pipe that children do not inherit by accident (O_CLOEXEC).
Result<PipeEnds> make_pipe();

}  // namespace ringside::harness
