// SPDX-License-Identifier: BSD-3-Clause
// A network namespace belongs to a thread, so all that changes it happens on threads of its own,
// which end at once: the rest of ringside stays where it is.
#include "harness/live/network_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace ringside::harness {
namespace {

constexpr const char* kOfThisThread = "/proc/thread-self/ns/net";

FileDescriptor open_own_namespace() {
  return FileDescriptor(::open(kOfThisThread, O_RDONLY | O_CLOEXEC));
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::create() {
  FileDescriptor descriptor;
  int error = 0;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) {
      error = errno;
      return;
    }
    descriptor = open_own_namespace();
    if (!descriptor) error = errno;
  }).join();
  if (error != 0) {
    return environment_error(fmt::format("cannot make a network namespace ({}){}",
                                         std::strerror(error),
                                         error == EPERM ? ": live ports need root" : ""));
  }
  return NetworkNamespace(std::move(descriptor));
}

Result<NetworkNamespace> NetworkNamespace::own() {
  FileDescriptor descriptor = open_own_namespace();
  if (!descriptor) {
    return environment_error(
        fmt::format("cannot open {}: {}", kOfThisThread, std::strerror(errno)));
  }
  return NetworkNamespace(std::move(descriptor));
}

std::string NetworkNamespace::path() const {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_.get());
}

Status run_inside(const FileDescriptor& network_namespace, const std::function<Status()>& work) {
  Status status = Done{};
  std::thread([&] {
    if (::setns(network_namespace.get(), CLONE_NEWNET) != 0) {
      status = environment_error(
          fmt::format("cannot enter a network namespace: {}", std::strerror(errno)));
      return;
    }
    status = work();
  }).join();
  return status;
}

}  // namespace ringside::harness
