// SPDX-License-Identifier: BSD-3-Clause
// A secondary process that sends mp_server messages which no client sends: after "--" stands the
// pid of the client that holds slot 0, or 0. Says what it has sent, and what it was answered.
#include <rte_eal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/control_message.hpp"
#include "core/program.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/mp_channel.hpp"
#include "dpdk/mp_socket.hpp"
#include "dpdk/peer_process.hpp"

namespace ringside {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

control::JoinRequest good_join(const dpdk::Eal& eal) {
  control::JoinRequest join;
  join.pid = static_cast<std::uint32_t>(::getpid());
  join.start_time = dpdk::start_time_of(join.pid).value_or(0);
  join.lcores = dpdk::lcore_set();
  join.layout_version = shared::kLayoutVersion;
  join.dpdk_version = decltype(join.dpdk_version)(eal.facts().version);
  return join;
}

void ask(const char* what, std::span<const std::byte> payload) {
  const auto answer = dpdk::mp_request(control::kActionName, payload, kPatience);
  if (!answer) {
    std::printf("%s: no answer\n", what);
    return;
  }
  const control::Decoded decoded = control::decode(*answer);
  const auto* message = std::get_if<control::Message>(&decoded);
  const auto* reply = message ? std::get_if<control::JoinReply>(message) : nullptr;
  if (reply == nullptr) {
    std::printf("%s: an answer that is none\n", what);
  } else {
    std::printf("%s: %s: %s\n", what, control::to_text(reply->refusal),
                std::string(reply->words.view()).c_str());
  }
}

/// Datagrams that are not DPDK's, from a socket without a name.
void send_raw(const dpdk::Eal& eal) {
  const std::string path = eal.facts().runtime_directory + "/mp_socket";
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.copy(to.sun_path, sizeof(to.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  for (const std::size_t size : {0, 3, 331, 333, 100'000}) {
    const std::vector<std::byte> bytes(size, std::byte{0xff});
    ::sendto(fd, bytes.data(), size, 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  }
  const std::vector<std::byte> wild_length(332, std::byte{0xff});
  ::sendto(fd, wild_length.data(), wild_length.size(), 0, reinterpret_cast<const sockaddr*>(&to),
           sizeof(to));
  ::close(fd);
  std::puts("oversized: sent");
}

void send_everything(const dpdk::Eal& eal, std::uint32_t victim) {
  send_raw(eal);
  ask("malformed", std::vector<std::byte>(control::kMaxPayload, std::byte{0xaa}));
  control::JoinRequest forged = good_join(eal);
  forged.pid = victim;
  ask("forged", control::encode(forged).view());
  control::JoinRequest unknown = good_join(eal);
  unknown.id = 256;
  ask("unknown", control::encode(unknown).view());
  control::JoinRequest layout = good_join(eal);
  ++layout.layout_version;
  ask("layout", control::encode(layout).view());
  control::JoinRequest dpdk_version = good_join(eal);
  dpdk_version.dpdk_version = decltype(dpdk_version.dpdk_version)("DPDK 1.2.3");
  ask("dpdk", control::encode(dpdk_version).view());
  control::JoinRequest process = good_join(eal);
  ++process.start_time;
  process.id = 1;
  ask("process", control::encode(process).view());
  control::Payload version = control::encode(good_join(eal));
  version.bytes[4] = std::byte{9};
  ask("version", version.view());
  ask("taken", control::encode(good_join(eal)).view());
  const auto self = static_cast<std::uint32_t>(::getpid());
  dpdk::mp_send(control::kActionName, control::encode(control::Leave{0, victim, 1}).view());
  dpdk::mp_send(control::kActionName, control::encode(control::Leave{0, self, 1}).view());
  dpdk::mp_send(control::kActionName, control::encode(control::Heartbeat{0, self, 7, 1}).view());
  const auto statistics = dpdk::mp_request(control::kStatisticsName, {}, kPatience);
  std::printf("statistics: %s\n", statistics && !statistics->empty()
                                      ? reinterpret_cast<const char*>(statistics->data())
                                      : "no answer");
}

void flood() {
  const std::vector<std::byte> nonsense(200, std::byte{0x55});
  for (int i = 0; i < 10'000; ++i) {
    // Now and then the server's queue is full for longer than a send waits: all are to arrive.
    while (!dpdk::mp_send(control::kActionName, nonsense)) continue;
  }
  std::puts("flood: sent");
}

}  // namespace
}  // namespace ringside

int main(int argc, char** argv) {
  using namespace ringside;
  const SplitArgs args = split_args(argc, argv);
  auto eal = dpdk::Eal::start_secondary(
      args.eal, kPatience, [] { return false; }, [](const Error&) { return 1; });
  if (!eal) return exit_code("message_forger", eal.error());
  eal->arrived();
  if (Status guarded =
          dpdk::guard_mp_socket(eal->facts().runtime_directory, std::chrono::milliseconds(500));
      !guarded) {
    return exit_code("message_forger", guarded);
  }
  send_everything(*eal, static_cast<std::uint32_t>(std::atol(args.application.at(0).c_str())));
  flood();
  return 0;
}
