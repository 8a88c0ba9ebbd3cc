// SPDX-License-Identifier: BSD-3-Clause
#include "client/join.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/control_message.hpp"
#include "core/idle.hpp"
#include "core/lcore_set.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/mp_channel.hpp"

namespace ringside::client {
namespace {

using control::Refusal;

// The server answers within its turn of a millisecond. A request that it did not hear (its queue
// was full, or it had just begun to listen) is repeated.
constexpr auto kAnswerTime = std::chrono::milliseconds(500);
constexpr auto kPause = std::chrono::milliseconds(20);

control::JoinRequest request_of(const Applicant& applicant, std::uint32_t pid) {
  control::JoinRequest request;
  request.id = applicant.id.value;
  request.pid = pid;
  request.start_time = dpdk::start_time_of(pid).value_or(0);
  request.numa_node = applicant.numa_node;
  request.lcores = applicant.lcores;
  request.layout_version = shared::kLayoutVersion;
  request.dpdk_version = decltype(request.dpdk_version)(applicant.dpdk_version);
  return request;
}

Error refused(const control::JoinReply& reply, ClientId id) {
  const std::string words(reply.words.view());
  if (reply.refusal == Refusal::kUnknownId) return Error{words};
  if (reply.refusal == Refusal::kStopping) return Error{words, ExitCode::kServerGone};
  return environment_error(fmt::format("the server refused client {}: {}", id.value, words));
}

Result<Membership> understand(const std::vector<std::byte>& answer, ClientId id,
                              std::uint32_t pid) {
  const control::Decoded decoded = control::decode(answer);
  const auto* message = std::get_if<control::Message>(&decoded);
  const auto* reply = message ? std::get_if<control::JoinReply>(message) : nullptr;
  if (reply == nullptr) {
    return environment_error(
        "the server's answer is not one that this client understands; start server and clients of "
        "one build");
  }
  if (reply->refusal != Refusal::kNone) return refused(*reply, id);
  return Membership{id, pid, reply->generation};
}

/// The process on its way out for whose id or lcores the applicant waits.
std::optional<std::uint32_t> leaving_holder(const shared::SharedInfo& info,
                                            const Applicant& applicant) {
  for (std::uint32_t i = 0; i < info.clients; ++i) {
    const shared::SlotVerdict& slot = info.client[i].verdict;
    const auto state = static_cast<shared::SlotState>(slot.state.load(std::memory_order_acquire));
    const bool is_wanted =
        i == applicant.id.value || common_lcore(applicant.lcores, slot.lcores).has_value();
    if (is_wanted && shared::is_going(state)) return slot.pid.load(std::memory_order_relaxed);
  }
  return std::nullopt;
}

}  // namespace

Result<dpdk::PeerProcess> watch_server(const shared::SharedInfo& info) {
  auto server = dpdk::PeerProcess::open(info.server_pid);
  // Asked after the descriptor was opened: had the pid gone to another process by then, the primary
  // would no longer hold the lock by which DPDK knows it.
  if (!server || !dpdk::primary_alive()) return server_gone(info);
  return std::move(*server);
}

Error server_gone(const shared::SharedInfo& info) {
  return {fmt::format("the server ended without saying so (its process {} is gone); start it "
                      "again, then this client",
                      info.server_pid),
          ExitCode::kServerGone};
}

Result<Membership> join(const shared::SharedInfo& info, const Applicant& applicant,
                        const dpdk::PeerProcess& server, std::chrono::nanoseconds wait,
                        const std::function<bool()>& cancelled) {
  if (applicant.id.value >= info.clients) {
    return Error{control::unknown_id_words(applicant.id.value, info.clients)};
  }
  const auto pid = static_cast<std::uint32_t>(::getpid());
  const control::Payload payload = control::encode(request_of(applicant, pid));
  const auto deadline = std::chrono::steady_clock::now() + wait;
  std::optional<std::vector<std::byte>> answer;
  poll_until(
      wait,
      [&] {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        answer = dpdk::mp_request(
            control::kActionName, payload.view(),
            std::clamp(left, std::chrono::milliseconds(1), std::chrono::milliseconds(kAnswerTime)));
        return answer.has_value() || cancelled() || server.ended() || server_stopped(info);
      },
      kPause);
  if (answer) return understand(*answer, applicant.id, pid);
  if (cancelled()) return Error{"interrupted while joining", ExitCode::kInterrupted};
  if (server_stopped(info)) {
    return Error{control::kStoppingWords, ExitCode::kServerGone};
  }
  if (server.ended()) return server_gone(info);
  if (const auto holder = leaving_holder(info, applicant)) {
    return environment_error(
        fmt::format("process {} holds the id or an lcore of client {} and is leaving; try again "
                    "when it has ended",
                    *holder, applicant.id.value));
  }
  return Error{fmt::format("the server did not answer client {} within {:.3g} s; see whether it is "
                           "stopped (SIGSTOP)",
                           applicant.id.value, std::chrono::duration<double>(wait).count()),
               ExitCode::kTimedOut};
}

}  // namespace ringside::client
