// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/runtime_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "core/parse_number.hpp"
#include "core/proc_stat.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

/// /proc/PID/stat, "4711 (name) S 1 ...", cut at the name, which may hold anything.
struct StatLine {
  std::string name;
  char state = 'X';
};

StatLine read_stat(pid_t pid) {
  const std::string stat = proc_text(std::ifstream(fmt::format("/proc/{}/stat", pid)));
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(") ");
  if (open == stat.npos || close == stat.npos) return {};
  return {stat.substr(open + 1, close - open - 1), stat[close + 2]};
}

bool maps_a_file_of(const std::string& directory, const fs::path& process) {
  std::ifstream maps(process / "maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == line.npos || line.compare(path, directory.size(), directory) != 0) continue;
    const std::string name = line.substr(path + directory.size());
    if (name.starts_with("/config") || name.starts_with("/fbarray_")) return true;
  }
  return false;
}

bool is_locked(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
  ::close(fd);
  return locked;
}

/// Of EAL's sockets, which take datagrams.
bool nobody_listens(const fs::path& socket) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  socket.string().copy(name.sun_path, sizeof name.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool refused = ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 &&
                       errno == ECONNREFUSED;
  ::close(fd);
  return refused;
}

}  // namespace

ProcessState process_state(pid_t pid) {
  const char state = read_stat(pid).state;
  if (state == 'T' || state == 't') return ProcessState::kStopped;
  return state == 'X' || state == 'Z' ? ProcessState::kGone : ProcessState::kRuns;
}

bool is_ready(pid_t thread) {
  return read_stat(thread).state == 'R';
}

std::string describe_process(pid_t pid) {
  const StatLine stat = read_stat(pid);
  return fmt::format("{} ({}{})", pid, stat.name.empty() ? "?" : stat.name,
                     process_state(pid) == ProcessState::kStopped ? ", stopped" : "");
}

fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  while (path.has_relative_path() && !fs::exists(path, ignored)) path = path.parent_path();
  return path;
}

bool RuntimeDirectory::is_barred() const {
  return ::faccessat(AT_FDCWD, config_file().c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

pid_t RuntimeDirectory::primary() const {
  const int fd = ::open(config_file().c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  struct flock lock {};
  lock.l_type = F_WRLCK;  // asked for only
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  return held ? lock.l_pid : 0;
}

pid_t RuntimeDirectory::announced_server() const {
  std::ifstream file(ready_file());
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 0) return 0;
  return primary() == pid ? pid : 0;
}

std::vector<pid_t> RuntimeDirectory::users() const {
  std::vector<pid_t> found;
  std::error_code error;
  const std::string directory = fs::canonical(path_, error);  // as the kernel names it in maps
  if (error) return found;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string name = process.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (pid != ::getpid() && maps_a_file_of(directory, process.path())) found.push_back(pid);
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool RuntimeDirectory::in_use() const {
  std::error_code error;
  const fs::directory_iterator files(path_, error);
  return std::any_of(begin(files), end(files), [](const fs::directory_entry& file) {
    return file.path().filename().string().starts_with("fbarray_") && is_locked(file);
  });
}

void RuntimeDirectory::remove_killed_secondaries() const {
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(path_, ignored)) {
    const std::string name = file.path().filename();
    const bool socket = name.starts_with("mp_socket_") && nobody_listens(file);
    // The primary's own do not end in a pid.
    const bool array = name.starts_with("fbarray_") &&
                       parse_number<pid_t>(name.substr(name.rfind('_') + 1)) && !is_locked(file);
    if (socket || array) fs::remove(file, ignored);
  }
}

}  // namespace ringside::dpdk
