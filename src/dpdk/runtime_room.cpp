// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/runtime_room.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "dpdk/runtime_directory.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

// Measured with DPDK 22.11: a process has a table of all pages of DPDK's memory there, 48 bytes
// each and two bitmaps, written from end to end: with hugepages one of all that there may ever be,
// four lists of 8192 for each NUMA node. Configuration and memzones are a few hundred kilobytes.
constexpr std::uint64_t kBytesPerPage = 49;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kHugepagesPerNode = 4 * 8192;
constexpr std::uint64_t kCommon = 512 * 1024;
constexpr std::uint64_t kEalsMegabytes = 64;  // --no-huge without -m
// A secondary's sockets have names only; on some disks a name takes a block.
constexpr std::uint64_t kSockets = 16 * 1024;

std::uint64_t numa_nodes() {
  std::error_code ignored;
  const fs::directory_iterator all("/sys/devices/system/node", ignored);
  const auto nodes = std::count_if(begin(all), end(all), [](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename();
    return name.starts_with("node") && name.find_first_of("0123456789") == 4;
  });
  return static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(nodes, 1));
}

std::uint64_t needed_bytes(const EalArgs& args) {
  if (!args.no_huge) return kCommon + numa_nodes() * kHugepagesPerNode * kBytesPerPage;
  const std::uint64_t megabytes = args.megabytes != 0 ? args.megabytes : kEalsMegabytes;
  return kCommon + (megabytes << 20) / kPage * kBytesPerPage;
}

/// Of "fbarray_nohugemem" and "fbarray_memseg-2048k-0-0" a secondary makes a copy of its own, with
/// its pid at the end ("fbarray_nohugemem_4711"), and writes all of it.
bool is_copied(const std::string& name) {
  const bool pages = name.starts_with("fbarray_nohugemem") || name.starts_with("fbarray_memseg");
  return pages && name.find('_') == name.rfind('_');
}

/// What a server that was killed has left of files that the next one writes anew in place.
std::uint64_t bytes_left_behind(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    if (name != "config" && name != "fbarray_memzone" && !is_copied(name)) continue;
    struct stat file {};
    if (::stat(entry.path().c_str(), &file) == 0) {
      bytes += static_cast<std::uint64_t>(file.st_blocks) * 512;
    }
  }
  return bytes;
}

std::uint64_t bytes_to_copy(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (!is_copied(entry.path().filename())) continue;
    const std::uint64_t size = entry.file_size(ignored);
    if (!ignored) bytes += size;
  }
  return bytes;
}

Status check_room(const std::string& directory, std::uint64_t needed) {
  std::error_code unknown;
  const fs::space_info space = fs::space(nearest_existing(directory), unknown);
  if (unknown || space.capacity == 0) return Done{};  // a tmpfs without a limit says nothing
  const std::uint64_t room = ::geteuid() == 0 ? space.free : space.available;
  if (room >= needed) return Done{};
  return environment_error(
      fmt::format("no room in {}: DPDK's files take {} kB, {} kB are free; make room, or let "
                  "RUNTIME_DIRECTORY name a directory with more, for all processes",
                  directory, needed / 1024, room / 1024));
}

}  // namespace

Status check_runtime_room(const std::string& directory, const EalArgs& args) {
  const std::uint64_t needed = needed_bytes(args);
  return check_room(directory, needed - std::min(needed, bytes_left_behind(directory)));
}

Status check_secondary_room(const std::string& directory) {
  return check_room(directory, bytes_to_copy(directory) + kSockets);
}

}  // namespace ringside::dpdk
