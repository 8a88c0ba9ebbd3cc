// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/run_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "harness/run/memory.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kName = "ringside-";
constexpr std::size_t kLongestParent = 32;  // leaves 75 bytes for DPDK's part of a socket's path

std::string parent_directory() {
  const char* tmpdir = std::getenv("TMPDIR");
  if (tmpdir != nullptr && tmpdir[0] == '/' && std::strlen(tmpdir) <= kLongestParent &&
      ::access(tmpdir, W_OK | X_OK) == 0) {
    return tmpdir;
  }
  return "/tmp";
}

std::string prefix_of(const std::string& path) {
  return "rs" + path.substr(path.rfind(kName) + std::strlen(kName));
}

/// Locks PATH/owner. Closed when somebody holds it or there is none.
FileDescriptor lock_owner(const std::string& path, int flags) {
  FileDescriptor fd(
      ::open((path + "/owner").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

/// Removes what ringsides of this user left that were ended by SIGKILL.
void sweep(const std::string& parent) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const std::string path = entry.path();
    if (entry.path().filename().string().rfind(kName, 0) != 0) continue;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) {
      continue;
    }
    const FileDescriptor lock = lock_owner(path, 0);
    if (!lock) continue;  // alive, or just being made
    remove_hugepage_files(read_memory_facts().hugetlbfs, prefix_of(path));
    remove_tree(path);
  }
}

}  // namespace

Result<RunDirectory> RunDirectory::create() {
  const std::string parent = parent_directory();
  sweep(parent);
  std::string path = fmt::format("{}/{}XXXXXX", parent, kName);
  if (::mkdtemp(path.data()) == nullptr) {
    return environment_error(
        fmt::format("cannot make a directory in {}: {}", parent, std::strerror(errno)));
  }
  FileDescriptor lock = lock_owner(path, O_CREAT);
  if (!lock) return environment_error(fmt::format("cannot write in {}", path));
  return RunDirectory(std::move(path), std::move(lock));
}

RunDirectory::~RunDirectory() {
  if (lock_) remove_tree(path_);
}

std::string RunDirectory::prefix() const {
  return prefix_of(path_);
}

std::vector<std::string> remove_hugepage_files(const std::string& hugetlbfs,
                                               const std::string& prefix) {
  std::vector<std::string> left;
  if (hugetlbfs.empty()) return left;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(hugetlbfs, ignored)) {
    const std::string name = entry.path().filename();
    if (name.rfind(prefix, 0) != 0 || name.find("map_") == std::string::npos) continue;
    std::error_code error;  // none when a starting DPDK, which sweeps there too, has been faster
    if (fs::remove(entry.path(), error); error) left.push_back(entry.path());
  }
  return left;
}

std::vector<std::string> remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return {};
  return {fmt::format("{}: {}", path, error.message())};
}

}  // namespace ringside::harness
