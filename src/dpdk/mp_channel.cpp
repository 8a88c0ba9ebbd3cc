// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mp_channel.hpp"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

namespace ringside::dpdk {
namespace {

/// Where the callback finds the inbox. The lock is held for a copy of one message.
struct Address {
  std::mutex mutex;
  MpInbox* inbox = nullptr;
};

Address& address() {
  static Address instance;
  return instance;
}

int deliver(const ::rte_mp_msg* message, const void* peer) {
  const std::lock_guard lock(address().mutex);
  MpInbox* const inbox = address().inbox;
  const int length = message->len_param;
  if (inbox == nullptr || length < 0 || length > RTE_MP_MAX_PARAM_LEN) return 0;
  inbox->receive(message->name,
                 std::as_bytes(std::span(message->param, static_cast<std::size_t>(length))),
                 static_cast<const char*>(peer));
  return 0;
}

/// `to` ends with a zero, whatever `from` is.
void copy_text(std::span<char> to, std::string_view from) {
  const std::size_t length = std::min(from.size(), to.size() - 1);
  std::copy_n(from.data(), length, to.data());
  to[length] = 0;
}

/// Precondition: payload.size() <= kMaxPayload.
::rte_mp_msg message_of(const char* action, std::span<const std::byte> payload) {
  ::rte_mp_msg message{};
  copy_text(message.name, action);
  message.len_param = static_cast<int>(payload.size());
  std::copy_n(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), message.param);
  return message;
}

}  // namespace

Result<std::unique_ptr<MpInbox>> MpInbox::open(const std::vector<std::string>& actions) {
  std::unique_ptr<MpInbox> inbox(new MpInbox());
  {
    const std::lock_guard lock(address().mutex);
    if (address().inbox != nullptr) {
      return Error{"messages of DPDK are received elsewhere already", ExitCode::kInternal};
    }
    address().inbox = inbox.get();
  }
  for (const std::string& action : actions) {
    if (::rte_mp_action_register(action.c_str(), deliver) != 0) {
      return environment_error(fmt::format("DPDK did not register the message '{}' ({})", action,
                                           ::rte_strerror(rte_errno)));
    }
    inbox->actions_.push_back(action);
  }
  return inbox;
}

MpInbox::~MpInbox() {
  for (const std::string& action : actions_) ::rte_mp_action_unregister(action.c_str());
  const std::lock_guard lock(address().mutex);
  address().inbox = nullptr;
}

void MpInbox::receive(const char* action, std::span<const std::byte> payload, const char* peer) {
  Letter letter;
  letter.from.pid = control::pid_of_socket(peer);
  if (guard_.admit(letter.from.pid, std::chrono::steady_clock::now())) {
    copy_text(letter.from.action, action);
    copy_text(letter.from.socket, peer);
    letter.size = static_cast<std::uint32_t>(payload.size());
    std::copy(payload.begin(), payload.end(), letter.bytes.begin());
    if (letters_.push(letter)) return arrived_.release();
  }
  add(flooded_, 1);
}

bool mp_reply(const ReturnAddress& to, std::span<const std::byte> payload) {
  ::rte_mp_msg message = message_of(to.action.data(), payload);
  return ::rte_mp_reply(&message, to.socket.data()) == 0;
}

std::optional<std::vector<std::byte>> mp_request(const std::string& action,
                                                 std::span<const std::byte> payload,
                                                 std::chrono::milliseconds time) {
  ::rte_mp_msg message = message_of(action.c_str(), payload);
  struct ::rte_mp_reply reply {};
  const timespec limit{time.count() / 1000, time.count() % 1000 * 1'000'000};
  if (::rte_mp_request_sync(&message, &reply, &limit) != 0) return std::nullopt;
  const std::unique_ptr<::rte_mp_msg, decltype(&std::free)> owner(reply.msgs, std::free);
  if (reply.nb_received < 1) return std::nullopt;
  const ::rte_mp_msg& answer = reply.msgs[0];
  const auto length = static_cast<std::size_t>(std::clamp(answer.len_param, 0, 256));
  const auto bytes = std::as_bytes(std::span(answer.param, length));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

bool mp_send(const std::string& action, std::span<const std::byte> payload) {
  ::rte_mp_msg message = message_of(action.c_str(), payload);
  return ::rte_mp_sendmsg(&message) == 0;
}

}  // namespace ringside::dpdk
