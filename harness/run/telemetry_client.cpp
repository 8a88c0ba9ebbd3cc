// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/telemetry_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

constexpr std::size_t kLongestGreeting = 1024;

}  // namespace

Status TelemetrySocket::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof(address.sun_path)) {
    return environment_error(fmt::format("path of a socket is too long: {}", path_));
  }
  std::memcpy(address.sun_path, path_.c_str(), path_.size());
  // Not blocking: a stopped server accepts nobody, and once its queue is full connect() would wait
  // for ever.
  FileDescriptor fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return environment_error(fmt::format("telemetry {}: {}", path_, std::strerror(errno)));
  }
  socket_ = std::move(fd);
  longest_reply_ = kLongestGreeting;
  const Result<std::string> greeting = receive();
  if (!greeting) return greeting.error();
  const auto info = nlohmann::json::parse(*greeting, nullptr, false);
  if (!info.is_object() || !info.contains("max_output_len")) {
    return environment_error(fmt::format("telemetry {}: unknown greeting {}", path_, *greeting));
  }
  longest_reply_ = info["max_output_len"].get<std::size_t>();
  return Done{};
}

Result<std::string> TelemetrySocket::receive() {
  pollfd ready{socket_.get(), POLLIN, 0};
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(patience_).count();
  // An interrupt (EINTR) ends the wait like a late reply: the caller looks at its flag.
  if (::poll(&ready, 1, static_cast<int>(milliseconds)) <= 0) {
    return environment_error(fmt::format("telemetry {}: no reply", path_));
  }
  std::string text(longest_reply_, '\0');
  const auto count = ::recv(socket_.get(), text.data(), text.size(), 0);
  if (count <= 0) return environment_error(fmt::format("telemetry {}: closed", path_));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

Result<std::string> TelemetrySocket::request(const std::string& command) {
  if (!socket_) {
    const Status connected = connect();
    if (!connected) {
      socket_.reset();
      return connected.error();
    }
  }
  if (::send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0) {
    socket_.reset();
    return environment_error(fmt::format("telemetry {}: {}", path_, std::strerror(errno)));
  }
  const Result<std::string> reply = receive();
  if (!reply) {
    socket_.reset();  // a reply that comes late must not be taken for the next one
    return reply.error();
  }
  const auto json = nlohmann::json::parse(*reply, nullptr, false);
  const std::string key = command.substr(0, command.find(','));
  if (!json.is_object() || !json.contains(key) || json[key].is_null()) {
    return environment_error(fmt::format("telemetry has no {}", command));
  }
  return json[key].dump();
}

}  // namespace ringside::harness
