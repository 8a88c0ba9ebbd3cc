// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mp_socket.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <rte_eal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/parse_number.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

/// What DPDK sends as one datagram, 18.05 until today: the descriptors travel beside it.
struct Datagram {
  int type;
  ::rte_mp_msg message;
};
constexpr std::uint32_t kLength = sizeof(Datagram) - sizeof(::rte_mp_msg::fds);
constexpr std::uint32_t kParameterLength =
    offsetof(Datagram, message) + offsetof(::rte_mp_msg, len_param);
constexpr std::uint32_t kDescriptors =
    offsetof(Datagram, message) + offsetof(::rte_mp_msg, num_fds);
static_assert(RTE_MP_MAX_PARAM_LEN == 256 && std::endian::native == std::endian::little,
              "the filter below reads the bytes of these numbers");

bool is_mp_socket(int fd, const std::string& path) {
  sockaddr_un name{};
  socklen_t length = sizeof(name);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return false;
  if (name.sun_family != AF_UNIX) return false;
  return std::string_view(name.sun_path, ::strnlen(name.sun_path, sizeof(name.sun_path)))
      .starts_with(path);
}

/// The descriptor of this process's socket, or -1. DPDK does not tell it.
int find_mp_socket(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", ignored)) {
    const auto fd = parse_number<int>(entry.path().filename().string());
    if (fd && is_mp_socket(*fd, path)) return *fd;
  }
  return -1;
}

/// A program that lets through what has the right length, a parameter of 0 ... 256 bytes and no
/// more than `descriptors` of them. (Classic BPF has no little-endian numbers: bytes, then.)
std::vector<sock_filter> filter(std::uint32_t descriptors) {
  std::vector<sock_filter> program;
  const auto load = [&](std::uint32_t at) {
    program.push_back(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at));
  };
  // The next two end the program, dropping the datagram, unless the accumulator passes.
  const auto require_equal = [&](std::uint32_t value) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  };
  const auto require_at_most = [&](std::uint32_t value) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, value, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  };
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
  require_equal(kLength);
  for (const std::uint32_t high : {kParameterLength + 2, kParameterLength + 3, kDescriptors + 1,
                                   kDescriptors + 2, kDescriptors + 3}) {
    load(high);
    require_equal(0);
  }
  load(kDescriptors);
  require_at_most(descriptors);
  load(kParameterLength + 1);
  require_at_most(1);
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0));  // below 256
  load(kParameterLength);
  require_equal(0);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 0xffffffff));
  return program;
}

}  // namespace

Status guard_mp_socket(const std::string& runtime_directory, std::chrono::milliseconds patience) {
  const int fd = find_mp_socket(runtime_directory + "/mp_socket");
  if (fd < 0) {
    return environment_error(
        fmt::format("DPDK has opened no socket for messages between processes in {}; leave out "
                    "--no-shconf and --in-memory",
                    runtime_directory));
  }
  // No driver's secondary sends descriptors to its primary; answers to secondaries carry them.
  const bool primary = ::rte_eal_process_type() == RTE_PROC_PRIMARY;
  std::vector<sock_filter> program = filter(primary ? 0 : RTE_MP_MAX_FD_NUM);
  const sock_fprog attached{static_cast<unsigned short>(program.size()), program.data()};
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
  const timeval limit{us / 1'000'000, us % 1'000'000};
  if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) != 0 ||
      ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) {
    return environment_error(
        fmt::format("cannot guard DPDK's socket for messages ({})", std::strerror(errno)));
  }
  return Done{};
}

}  // namespace ringside::dpdk
