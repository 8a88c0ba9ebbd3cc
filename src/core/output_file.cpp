// SPDX-License-Identifier: BSD-3-Clause
#include "core/output_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace ringside {
namespace fs = std::filesystem;
namespace {

Error cannot_write(const std::string& option, const std::string& what, const std::string& reason) {
  return environment_error(fmt::format("{} {} cannot be written: {}", option, what, reason));
}

/// Why a file cannot be written, "" when it can.
std::string obstacle(const fs::path& file) {
  std::error_code error;
  const fs::file_status before = fs::status(file, error);
  if (fs::is_directory(before)) return "it is a directory";
  if (fs::exists(before) && !fs::is_regular_file(before)) return "";
  std::FILE* opened = std::fopen(file.c_str(), "ab");
  if (opened == nullptr) return std::generic_category().message(errno);
  std::fclose(opened);
  // canonical: of a link that led nowhere the target was made, and the link is the user's.
  if (!fs::exists(before)) fs::remove(fs::canonical(file, error), error);
  return "";
}

/// Makes a directory with those above it that are missing, for as long as this object lives.
class BorrowedDirectory {
 public:
  explicit BorrowedDirectory(const fs::path& wanted) {
    std::vector<fs::path> missing;
    for (fs::path at = fs::absolute(wanted, error_);
         at != at.root_path() && !fs::exists(at, error_); at = at.parent_path()) {
      if (at.has_filename()) missing.push_back(at);
    }
    for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
      if (fs::create_directory(*at, error_)) made_.push_back(*at);
      if (error_) return;
    }
  }
  ~BorrowedDirectory() {
    std::error_code ignored;
    for (auto at = made_.rbegin(); at != made_.rend(); ++at) fs::remove(*at, ignored);
  }
  BorrowedDirectory(const BorrowedDirectory&) = delete;
  BorrowedDirectory& operator=(const BorrowedDirectory&) = delete;

  const std::error_code& error() const { return error_; }

 private:
  std::error_code error_;
  std::vector<fs::path> made_;
};

}  // namespace

Status check_output_file(const std::string& option, const std::string& file) {
  const std::string reason = obstacle(file);
  if (!reason.empty()) return cannot_write(option, file, reason);
  return Done{};
}

Status check_output_directory(const std::string& option, const std::string& directory) {
  const BorrowedDirectory borrowed(directory);
  if (borrowed.error()) return cannot_write(option, directory, borrowed.error().message());
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) {
    return cannot_write(option, directory, "it is no directory");
  }
  const std::string reason = obstacle(fs::path(directory) / ".ringside-probe");
  if (!reason.empty()) return cannot_write(option, directory, reason);
  return Done{};
}

Status write_output_file(const std::string& file, const std::string& text) {
  errno = 0;
  std::ofstream out(file);
  const bool opened = out.is_open();
  out << text << std::flush;
  if (out) return Done{};
  const std::string reason = std::generic_category().message(errno);
  std::error_code ignored;
  if (opened && fs::is_regular_file(file, ignored))
    fs::remove(fs::canonical(file, ignored), ignored);
  return environment_error(fmt::format("cannot write '{}': {}", file, reason));
}

}  // namespace ringside
