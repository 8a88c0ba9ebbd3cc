// SPDX-License-Identifier: BSD-3-Clause
// Lines from a file descriptor, for a loop that must never wait for one.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ringside::wire {

class LineReader {
 public:
  /// Longer lines are not kept; no request of docs/interfaces.md comes near it.
  static constexpr std::size_t kLongestLine = 64 * 1024;

  /// What became of one line.
  enum class Kind { kLine, kTooLong };
  using Handler = std::function<void(Kind, std::string_view)>;

  /// `fd` stays the caller's, and its flags stay as they are: a terminal shares them with a shell.
  explicit LineReader(int fd) : fd_(fd) {}

  /// Takes what can be read without waiting and calls `handle` for each line that is complete,
  /// without its newline; a last line without newline counts when the input ends. Returns false
  /// once the input has ended (end of file, or an error that will not pass).
  bool poll(const Handler& handle);

 private:
  void take(std::string_view bytes, const Handler& handle);
  void finish_line(const Handler& handle);

  int fd_;
  std::string partial_;
  bool too_long_ = false;
  bool ended_ = false;
};

/// Writes `line` and a newline, whole, waiting for the reader if need be. False when nobody reads
/// any more. SIGPIPE must be ignored.
bool write_line(int fd, std::string_view line);

}  // namespace ringside::wire
