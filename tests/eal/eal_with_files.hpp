// SPDX-License-Identifier: BSD-3-Clause
// An EAL with a runtime directory of its own, so that messages can be sent to it, and peers that
// send them as DPDK's secondaries do, or worse.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <rte_eal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace ringside::fixtures {

/// Starts EAL as a primary before the first test. Register it as EalForTests.
class EalWithFiles : public ::testing::Environment {
 public:
  void SetUp() override {
    char pattern[] = "/tmp/ringside-eal-XXXXXX";
    if (::mkdtemp(pattern) == nullptr) throw std::runtime_error("no directory for EAL");
    directory_ = pattern;
    ::setenv("RUNTIME_DIRECTORY", directory_.c_str(), 1);
    std::vector<std::string> words{"test",        "--no-huge",      "-m",       "64",
                                   "--no-pci",    "--no-telemetry", "--lcores", "0@0",
                                   "--log-level", "lib.eal:1"};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    if (::rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
      throw std::runtime_error("EAL did not start");
    }
  }
  void TearDown() override {
    ::rte_eal_cleanup();
    std::filesystem::remove_all(directory_);
  }

 private:
  std::string directory_;
};

/// One datagram of DPDK's, as its sources lay it out.
struct MpFrame {
  enum Type : int { kMessage = 0, kRequest = 1, kReply = 2 };
  int type = kMessage;
  std::array<char, 64> name{};
  int size = 0;
  int descriptors = 0;
  std::array<std::byte, 256> bytes{};

  static MpFrame of(Type type, const std::string& name, std::span<const std::byte> payload) {
    MpFrame frame;
    frame.type = type;
    std::copy_n(name.data(), std::min(name.size(), frame.name.size() - 1), frame.name.data());
    frame.size = static_cast<int>(payload.size());
    std::copy_n(payload.begin(), std::min(payload.size(), frame.bytes.size()), frame.bytes.begin());
    return frame;
  }
  std::span<const std::byte> view() const { return std::as_bytes(std::span(this, 1)); }
  std::span<const std::byte> payload() const {
    return {bytes.data(), static_cast<std::size_t>(size)};
  }
};
static_assert(sizeof(MpFrame) == 332);

/// A socket beside the primary's, under the name of process `pid`.
class MpPeer {
 public:
  explicit MpPeer(unsigned pid) {
    static unsigned count = 0;
    const std::string directory = ::rte_eal_get_runtime_dir();
    primary_ = directory + "/mp_socket";
    path_ = primary_ + "_" + std::to_string(pid) + "_" + std::to_string(++count);
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    const sockaddr_un own = address(path_);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0) {
      throw std::runtime_error("cannot bind " + path_);
    }
  }
  ~MpPeer() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }

  /// Sends any bytes; the error number, 0 when they went.
  int send(std::span<const std::byte> bytes) const {
    const sockaddr_un to = address(primary_);
    const auto sent = ::sendto(fd_, bytes.data(), bytes.size(), 0,
                               reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    return sent < 0 ? errno : 0;
  }
  int send(MpFrame::Type type, const std::string& name, std::span<const std::byte> payload) const {
    return send(MpFrame::of(type, name, payload).view());
  }
  /// The next datagram for this peer, or nothing within a generous time.
  std::optional<MpFrame> receive(int milliseconds = 10'000) const {
    pollfd waiting{fd_, POLLIN, 0};
    MpFrame frame;
    if (::poll(&waiting, 1, milliseconds) != 1) return std::nullopt;
    if (::recv(fd_, &frame, sizeof(frame), 0) != sizeof(frame)) return std::nullopt;
    return frame;
  }

 private:
  static sockaddr_un address(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    return name;
  }
  std::string primary_, path_;
  int fd_ = -1;
};

}  // namespace ringside::fixtures
