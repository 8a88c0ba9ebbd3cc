// SPDX-License-Identifier: BSD-3-Clause
#include "wire/wire.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "core/names.hpp"
#include "dpdk/lanes.hpp"
#include "dpdk/mbuf_field.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/ring.hpp"
#include "dpdk/ring_remains.hpp"
#include "wire/replies.hpp"

namespace ringside::wire {
namespace {

/// How often the loop looks up from the packets: at its input and at the server. A turn costs well
/// under a microsecond, the system calls of a look cost several.
constexpr std::uint64_t kLookEveryNs = 100'000;

/// A sleep may last this much longer than asked; a departure that is nearer is waited for awake.
constexpr std::uint64_t kSleepErrorNs = 200'000;

/// After it sent something the wire stays awake for so long: what comes out of a server that was
/// idle is to be seen when it comes, not when the wire has slept.
constexpr std::uint64_t kAwakeNs = 2'000'000;

Result<Sender> make_sender(unsigned port, dpdk::MempoolView pool, dpdk::SendTimeField field,
                           const dpdk::TscClock& clock) {
  auto ring = dpdk::RingView::look_up(names::wire_rx_ring(port));
  if (!ring) return ring.error();
  dpdk::mend_putting(*ring);
  return Sender(*ring, pool, field, clock);
}

Result<Receiver> make_receiver(unsigned port, unsigned queues, dpdk::MempoolView pool,
                               dpdk::SendTimeField field, const dpdk::TscClock& clock) {
  std::vector<dpdk::RingView> rings;
  for (unsigned queue = 0; queue < queues; ++queue) {
    auto ring = dpdk::RingView::look_up(names::wire_tx_ring(port, queue));
    if (!ring) return ring.error();
    dpdk::mend_taking(*ring);
    rings.push_back(*ring);
  }
  return Receiver(std::move(rings), pool, field, clock);
}

/// The wire is the one process that takes from its pool.
void mend_pool(dpdk::MempoolView pool) {
  dpdk::mend_taking(pool.get());
  if (const auto lane = dpdk::lane_of(pool.get(), dpdk::kWireLane)) dpdk::show_given_back(lane);
}

}  // namespace

Result<std::unique_ptr<Wire>> Wire::attach(shared::SharedInfo& info) {
  if (info.wire_ports == 0) {
    return environment_error(
        "the server has no ring port for a wire to hold; start it with --ring-port NAME");
  }
  auto pool = dpdk::MempoolView::look_up(names::kWirePool);
  if (!pool) return pool.error();
  auto field = dpdk::SendTimeField::look_up(names::kSendTimeField);
  if (!field) return field.error();
  mend_pool(*pool);

  std::unique_ptr<Wire> wire(new Wire(info));
  for (unsigned port = 0; port < info.wire_ports; ++port) {
    auto sender = make_sender(port, *pool, *field, wire->clock_);
    if (!sender) return sender.error();
    auto receiver = make_receiver(port, info.wire_tx_queues, *pool, *field, wire->clock_);
    if (!receiver) return receiver.error();
    wire->ports_.push_back({*std::move(sender), *std::move(receiver)});
  }
  return wire;
}

void Wire::run(int in, int out, const std::function<bool()>& stop,
               const std::function<void()>& detached) {
  out_ = out;
  on_detached_ = detached;
  LineReader reader(in);
  reply(ready_line(static_cast<unsigned>(ports_.size())));
  while (!ending_ && !stop()) {
    const bool worked = turn() != 0;
    if (!worked || clock_.since_start_ns(dpdk::TscClock::tsc()) >= next_look_ns_) {
      attend(reader);
    }
    if (worked) {
      idle_.worked();
    } else {
      rest();
    }
  }
  finish();
}

/// One turn over all ports; returns how many packets moved.
unsigned Wire::turn() {
  if (detached_) return 0;
  unsigned sent = 0;
  unsigned taken = 0;
  std::uint64_t given = 0;
  for (Port& port : ports_) {
    sent += port.sender.turn();
    given += port.sender.sent();
    if (const auto finished = port.sender.take_finished()) reply(*finished);
    taken += port.receiver.turn();
  }
  ringer_.look(given, [this] {
    return std::ranges::any_of(ports_, [](const Port& port) { return port.sender.waiting() > 0; });
  });
  if (sent > 0) awake_until_ns_ = clock_.since_start_ns(dpdk::TscClock::tsc()) + kAwakeNs;
  return sent + taken;
}

void Wire::rest() {
  const std::uint64_t now = clock_.since_start_ns(dpdk::TscClock::tsc());
  if (now < awake_until_ns_) return std::this_thread::yield();
  for (const Port& port : ports_) {
    const auto next = port.sender.next_departure_ns();
    if (next && *next < now + kSleepErrorNs) return std::this_thread::yield();
  }
  idle_.found_nothing();
}

void Wire::attend(LineReader& reader) {
  const bool open =
      reader.poll([this](LineReader::Kind kind, std::string_view line) { answer(kind, line); });
  if (!open) ending_ = true;
  if (!detached_ && server_gone()) detach(/*server_gone=*/true);
  next_look_ns_ = clock_.since_start_ns(dpdk::TscClock::tsc()) + kLookEveryNs;
}

bool Wire::server_gone() const {
  if (detached_) return true;
  // Acquire: pairs with the server's release store when it has stopped.
  const auto state = info_.server_state.load(std::memory_order_acquire);
  if (state == static_cast<std::uint32_t>(shared::ServerState::kStopped)) return true;
  return ::kill(static_cast<pid_t>(info_.server_pid), 0) != 0 && errno == ESRCH;
}

/// Ends the sends and gives back every mbuf that is the wire's to give. What the server put out
/// belongs to the capture also when the port is paused; what it did not receive, and will not, to
/// the pool.
void Wire::detach(bool server_gone) {
  if (detached_) return;
  const Status why = server_gone ? Status(environment_error(kServerStopped)) : Status(Done{});
  for (Port& port : ports_) {
    if (port.sender.busy()) reply(port.sender.abort(why));
    if (server_gone) port.sender.take_back();
    port.receiver.pause(false);
    while (port.receiver.turn() != 0) {
    }
  }
  detached_ = true;
  on_detached_();
}

void Wire::finish() {
  detach(server_gone());
  for (Port& port : ports_) {
    if (!port.receiver.capturing()) continue;
    const Result<std::uint64_t> packets = port.receiver.stop_capture();
    if (!packets) fmt::print(stderr, "mp_wire: error: {}\n", packets.error().message);
  }
}

void Wire::answer(LineReader::Kind kind, std::string_view line) {
  if (ending_) return;  // lines behind a quit
  if (kind == LineReader::Kind::kTooLong) {
    return reply(
        error_reply({}, fmt::format("the line is longer than {} bytes", LineReader::kLongestLine)));
  }
  if (line.find_first_not_of(" \t\r") == line.npos) return;  // an empty line asks for nothing
  const ParsedLine parsed = parse_line(line, static_cast<unsigned>(ports_.size()));
  if (!parsed.command) return reply(error_reply(parsed.tag, parsed.command.error().message));
  const std::string text = std::visit(
      [&](const auto& command) { return carry_out(parsed.tag, command); }, *parsed.command);
  if (!text.empty()) reply(text);
}

void Wire::reply(const FinishedSend& finished) {
  reply(finished.status
            ? send_reply(finished.tag, finished.outcome)
            : failed_send_reply(finished.tag, finished.outcome, finished.status.error().message));
}

void Wire::reply(std::string_view line) {
  if (!write_line(out_, line)) ending_ = true;
}

}  // namespace ringside::wire
