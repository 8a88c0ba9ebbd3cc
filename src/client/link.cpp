// SPDX-License-Identifier: BSD-3-Clause
#include "client/link.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/crash_points.hpp"
#include "core/control_message.hpp"
#include "core/idle.hpp"
#include "core/shared_counter.hpp"
#include "dpdk/mp_channel.hpp"

namespace ringside::client {

Result<std::unique_ptr<Link>> Link::start(const Membership& member, shared::SharedInfo& info,
                                          dpdk::PeerProcess server, GiveUp give_up) {
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    return environment_error(fmt::format("cannot make an eventfd ({})", std::strerror(errno)));
  }
  std::unique_ptr<Link> link(new Link(member, info, std::move(server), std::move(give_up), wake));
  auto thread = dpdk::ControlThread::start("ringside-link", [&link = *link] { link.run(); });
  if (!thread) return thread.error();
  link->thread_.emplace(std::move(*thread));
  return link;
}

Link::~Link() {
  stop_.store(true, std::memory_order_relaxed);
  wake();
  thread_.reset();
  ::close(wake_);
}

void Link::run() {
  while (!stop_.load(std::memory_order_relaxed)) {
    if (server_.ended() || server_stopped(info_)) return end_with_server();
    // A stopped one does not read, and EAL would complain of each message on the screen.
    if (!server_.stopped()) speak();
    wait();
  }
}

void Link::end_with_server() {
  if (server_.ended()) server_gone_.store(true, std::memory_order_relaxed);
  const auto stop = [this] { return stop_.load(std::memory_order_relaxed); };
  if (!poll_until(kLastTurn, stop)) ::_exit(give_up_());
}

void Link::wait() const {
  pollfd events[] = {{server_.descriptor(), POLLIN, 0}, {wake_, POLLIN, 0}};
  ::poll(events, 2, static_cast<int>(kHeartbeat.count()));
  std::uint64_t calls = 0;
  [[maybe_unused]] const auto read_bytes = ::read(wake_, &calls, sizeof(calls));
}

void Link::wake() const {
  const std::uint64_t call = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &call, sizeof(call));
}

/// One message, lost if the server does not read: the next follows soon.
void Link::speak() const {
  const std::uint32_t id = member_.id.value;
  const bool leaving = leaving_.load(std::memory_order_relaxed);
  if (!leaving) pass(Step::kBeforeHeartbeat);
  const control::Payload payload =
      leaving ? control::encode(control::Leave{id, member_.pid, member_.generation})
              : control::encode(control::Heartbeat{id, member_.pid, member_.generation,
                                                   read(slot_.counters.progress)});
  dpdk::mp_send(control::kActionName, payload.view());
  pass(leaving ? Step::kLeaveSent : Step::kAfterHeartbeat);
}

void Link::ask_to_leave() {
  leaving_.store(true, std::memory_order_relaxed);
  wake();
}

bool Link::may_go() const {
  // acquire: pairs with the release in server/membership.cpp
  return slot_.verdict.state.load(std::memory_order_acquire) ==
         static_cast<std::uint32_t>(shared::SlotState::kReleased);
}

}  // namespace ringside::client
