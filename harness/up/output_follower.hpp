// SPDX-License-Identifier: BSD-3-Clause
// The lines that programs write, each with the program's name in front, as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ringside::harness {

/// Programs write into files, so that a reader that is slow or stopped never holds them up.
class OutputFollower {
 public:
  /// `print` gets whole lines with their newline.
  explicit OutputFollower(std::function<void(const std::string&)> print)
      : print_(std::move(print)) {}

  /// What stands before each line of `name`'s.
  static std::string prefix(const std::string& name);
  /// From now on what `file` holds is told as `name`'s words. The file may be made later.
  void follow(const std::string& name, const std::string& file);
  /// Prints what is new.
  void forward();
  /// Prints the rest of what `name` wrote, also a line that does not end, and forgets its files.
  void finish(const std::string& name);

 private:
  struct Source {
    std::string name;
    std::string file;
    std::uint64_t read = 0;
    std::string rest = {};  ///< the beginning of a line
  };
  void forward(Source& source);

  std::function<void(const std::string&)> print_;
  std::vector<Source> sources_;
};

}  // namespace ringside::harness
