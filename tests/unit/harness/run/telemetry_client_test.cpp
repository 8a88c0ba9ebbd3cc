// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/telemetry_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

namespace ringside::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// A telemetry server that greets as DPDK does and gives one reply to whatever it is asked.
class FakeTelemetryServer {
 public:
  explicit FakeTelemetryServer(std::string reply)
      : path_("/tmp/rs_telemetry_" + std::to_string(::getpid())), reply_(std::move(reply)) {
    ::unlink(path_.c_str());
    listener_ = FileDescriptor(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(listener_.get(), 1);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeTelemetryServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  void serve() const {
    const FileDescriptor peer(::accept(listener_.get(), nullptr, nullptr));
    if (!peer) return;
    const std::string greeting = R"({"version":"DPDK 22.11.11","pid":1,"max_output_len":16384})";
    ::send(peer.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL);
    char command[256];
    while (::recv(peer.get(), command, sizeof(command), 0) > 0) {
      if (!reply_.empty()) ::send(peer.get(), reply_.data(), reply_.size(), MSG_NOSIGNAL);
    }
  }
  std::string path_;
  std::string reply_;
  FileDescriptor listener_;
  std::thread thread_;
};

TEST(TelemetrySocket, ReturnsTheValueOfTheReply) {
  const FakeTelemetryServer server(R"({"/mp/stats":{"received":7}})");
  TelemetrySocket telemetry(server.path(), seconds(20));
  const auto value = telemetry.request("/mp/stats");
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(*value, R"({"received":7})");
  EXPECT_TRUE(telemetry.request("/mp/stats").ok());
}

TEST(TelemetrySocket, ACommandThatTheServerDoesNotKnowIsAnError) {
  const FakeTelemetryServer server(R"({"/mp/stats":null})");
  TelemetrySocket telemetry(server.path(), seconds(20));
  EXPECT_THAT(telemetry.request("/mp/stats").error().message, HasSubstr("has no /mp/stats"));
}

TEST(TelemetrySocket, AServerThatDoesNotReplyIsAnErrorAfterAWhile) {
  const FakeTelemetryServer server("");
  TelemetrySocket telemetry(server.path(), milliseconds(20));
  EXPECT_THAT(telemetry.request("/mp/stats").error().message, HasSubstr("no reply"));
}

TEST(TelemetrySocket, AServerThatIsStoppedIsAnErrorHoweverOftenItIsAsked) {
  const std::string path = "/tmp/rs_stopped_" + std::to_string(::getpid());
  ::unlink(path.c_str());
  const FileDescriptor listener(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  TelemetrySocket telemetry(path, milliseconds(1));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(telemetry.request("/mp/stats"));
  ::unlink(path.c_str());
}

TEST(TelemetrySocket, NobodyThereIsAnError) {
  TelemetrySocket telemetry("/tmp/rs_no_such_socket", seconds(1));
  EXPECT_EQ(telemetry.request("/mp/stats").error().code, ExitCode::kEnvironment);
}

}  // namespace
}  // namespace ringside::harness
