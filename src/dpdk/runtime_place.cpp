// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/runtime_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "dpdk/runtime_directory.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSocketPath = sizeof(sockaddr_un{}.sun_path) - 1;
// A secondary's, with its pid and a time.
constexpr std::string_view kLongestSocket = "/mp_socket_4194304_ffffffffffffffff";
constexpr std::size_t kLongestDirectory = kLongestSocketPath - kLongestSocket.size();

Error no_place(const std::string& directory, const fs::path& culprit, std::string_view why) {
  return environment_error(
      fmt::format("DPDK cannot keep its files in {}: {} {}; let RUNTIME_DIRECTORY name a directory "
                  "that this user may write to, for all processes",
                  directory, culprit.string(), why));
}

Status check_writable(const std::string& directory, const fs::path& place) {
  if (::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return Done{};
  const bool known = errno == EACCES || errno == EROFS;  // some containers have no such call
  if (!known) return Done{};
  return no_place(directory, place, fmt::format("cannot be written ({})", std::strerror(errno)));
}

}  // namespace

Status check_runtime_path(const std::string& directory) {
  if (directory.size() > kLongestDirectory) {
    return environment_error(fmt::format(
        "the path {} is too long for DPDK's sockets there: it has {} bytes, {} are possible; let "
        "RUNTIME_DIRECTORY name a directory with a shorter path, for all processes, or choose a "
        "shorter --file-prefix",
        directory, directory.size(), kLongestDirectory));
  }
  const fs::path place = nearest_existing(directory);
  std::error_code unknown;
  if (!fs::is_directory(place, unknown) && !unknown) {
    return no_place(directory, place, "is no directory");
  }
  return Done{};
}

Status check_can_make(const std::string& directory, const std::string& base) {
  std::error_code unknown;
  if (!fs::exists(base, unknown) && !unknown) return no_place(directory, base, "does not exist");
  return check_writable(directory, nearest_existing(directory));
}

Status check_can_write(const std::string& directory) {
  return check_writable(directory, directory);
}

}  // namespace ringside::dpdk
