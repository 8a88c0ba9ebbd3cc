// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/no_huge.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rte_memory.h>
#include <rte_version.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace ringside::dpdk {
namespace {

/// struct hugepage_file of lib/eal/linux/eal_hugepages.h, which is not installed. The same from
/// v22.11 to v25.11.
struct HugepageFile {
  void* original_address;
  void* final_address;
  std::uint64_t physical_address;
  std::size_t size;
  int socket_id;
  int file_id;
  char path[PATH_MAX];
};
static_assert(sizeof(HugepageFile) == 40 + PATH_MAX, "no padding, as in EAL's own struct");

/// The first memory segment list is the whole of a --no-huge heap.
int describe_heap(const ::rte_memseg_list* list, const ::rte_memseg* segment, void* argument) {
  if (list->external != 0) return 0;
  auto& entry = *static_cast<HugepageFile*>(argument);
  const int fd = ::rte_memseg_get_fd_thread_unsafe(segment);  // the walk holds the lock
  if (fd < 0) return -1;
  entry.original_address = entry.final_address = list->base_va;
  entry.size = list->len;
  entry.socket_id = segment->socket_id;
  fmt::format("/proc/{}/fd/{}", ::getpid(), fd).copy(entry.path, sizeof(entry.path) - 1);
  return 1;
}

Status write_whole_file(const std::string& path, const void* data, std::size_t size) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = false;
  if (fd >= 0) {
    written = ::write(fd, data, size) == static_cast<ssize_t>(size);
    written = ::close(fd) == 0 && written;
  }
  if (!written || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    return environment_error(
        fmt::format("cannot write {} ({}), which clients without hugepages need", path, reason));
  }
  return Done{};
}

}  // namespace

bool no_huge_sharing_known_for(const std::string& version) {
  unsigned year = 0;
  unsigned month = 0;
  if (std::sscanf(version.c_str(), "DPDK %u.%u", &year, &month) != 2) return false;
  const unsigned release = year * 100 + month;
  return release >= 2211 && release <= 2511;
}

Result<NoHugePublication> NoHugePublication::publish(const std::string& runtime_directory) {
  if (!no_huge_sharing_known_for(::rte_version())) {
    return environment_error(
        fmt::format("sharing --no-huge memory is not known to work with {}; use hugepages, or a "
                    "DPDK from 22.11 to 25.11",
                    ::rte_version()));
  }
  HugepageFile entry{};
  if (::rte_memseg_walk(describe_heap, &entry) != 1) {
    return environment_error("DPDK's --no-huge memory has no file descriptor to share");
  }
  const std::string path = runtime_directory + "/hugepage_data";
  if (Status written = write_whole_file(path, &entry, sizeof(entry)); !written) {
    return written.error();
  }
  return NoHugePublication(path);
}

NoHugePublication::~NoHugePublication() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

}  // namespace ringside::dpdk
