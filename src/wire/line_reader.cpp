// SPDX-License-Identifier: BSD-3-Clause
#include "wire/line_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace ringside::wire {
namespace {

/// True when read() will not wait. A closed or broken descriptor reads as an end at once.
bool readable(int fd) {
  pollfd request{fd, POLLIN, 0};
  return ::poll(&request, 1, 0) > 0;
}

/// After EAGAIN on a descriptor that somebody made non-blocking.
void wait_writable(int fd) {
  pollfd request{fd, POLLOUT, 0};
  ::poll(&request, 1, -1);
}

}  // namespace

bool LineReader::poll(const Handler& handle) {
  std::array<char, 4096> buffer;
  while (!ended_ && readable(fd_)) {
    const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
    if (size > 0) {
      take({buffer.data(), static_cast<std::size_t>(size)}, handle);
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      ended_ = true;
      if (!partial_.empty() || too_long_) finish_line(handle);
    } else {
      break;
    }
  }
  return !ended_;
}

void LineReader::take(std::string_view bytes, const Handler& handle) {
  while (!bytes.empty()) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view part = bytes.substr(0, newline);
    if (partial_.size() + part.size() > kLongestLine) {
      too_long_ = true;
      partial_.clear();
    }
    if (!too_long_) partial_ += part;
    if (newline == std::string_view::npos) return;
    finish_line(handle);
    bytes.remove_prefix(newline + 1);
  }
}

void LineReader::finish_line(const Handler& handle) {
  // Moved out first: the next line starts empty whatever the handler does.
  const std::string line = std::exchange(partial_, {});
  const bool too_long = std::exchange(too_long_, false);
  handle(too_long ? Kind::kTooLong : Kind::kLine, line);
}

bool write_line(int fd, std::string_view line) {
  std::string bytes(line);
  bytes += '\n';
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t size = ::write(fd, rest.data(), rest.size());
    if (size >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      wait_writable(fd);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace ringside::wire
