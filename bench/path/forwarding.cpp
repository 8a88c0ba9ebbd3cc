// SPDX-License-Identifier: BSD-3-Clause
#include "bench/path/forwarding.hpp"

#include <fmt/format.h>

#include <chrono>

#include "bench/path/slowdown.hpp"
#include "dpdk/port.hpp"
#include "host/affinity.hpp"

namespace ringside::bench {
namespace {

using RunClock = std::chrono::steady_clock;

constexpr unsigned kClients = 2;
constexpr unsigned kRingSize = 1024;
/// Turns that deliver nothing before the clock is looked at: with clients on another CPU there are
/// some.
constexpr unsigned kIdleTurns = 4096;
constexpr auto kPatience = std::chrono::seconds(1);

server::Options options_with(Policy policy) {
  server::Options options;
  options.clients = kClients;
  options.policy = policy;
  options.ring_size = kRingSize;
  options.on_full = server::OnFull::kWait;
  return options;
}

}  // namespace

Forwarding::Forwarding(Policy policy, server::Seams seams)
    : options_(options_with(policy)), path_(options_, seams, *info_, 1) {}

Result<std::unique_ptr<Forwarding>> Forwarding::make(const ForwardingPlan& plan,
                                                     server::Seams seams, dpdk::MempoolView pool) {
  std::unique_ptr<Forwarding> made(new Forwarding(plan.policy, seams));
  const Status ports = made->add_ports(plan, pool);
  if (!ports) return ports.error();
  const Status rings = made->add_rings(plan.name);
  if (!rings) return rings.error();
  made->receiver_ = std::make_unique<server::Receiver>(made->path_, 0);
  made->returner_ = std::make_unique<server::Returner>(made->path_);
  made->open_gate();
  if (plan.clients_cpu) {
    made->clients_ = std::thread(&Forwarding::run_clients, made.get(), *plan.clients_cpu);
    // A thread begins on the CPU of the one that started it, which may never leave it a turn.
    made->clients_do_.wait(Clients::kStart);
  }
  return made;
}

Forwarding::~Forwarding() {
  if (!clients_.joinable()) return;
  let_clients(Clients::kEnd);
  clients_.join();
}

Status Forwarding::add_ports(const ForwardingPlan& plan, dpdk::MempoolView pool) {
  for (const std::uint16_t id : plan.ports) {
    auto port = dpdk::Port::start(id, {}, pool);
    if (!port) return port.error();
    path_.ports.push_back(*std::move(port));
    other_port_bits_ ^= id;
  }
  return Done{};
}

Status Forwarding::add_rings(const std::string& name) {
  for (unsigned i = 0; i < kClients; ++i) {
    for (auto* const views : {&path_.work, &path_.back}) {
      auto ring =
          dpdk::Ring::create(fmt::format("{}_{}{}", name, views == &path_.work ? "w" : "b", i),
                             kRingSize, SOCKET_ID_ANY, RingMode::kSpSc);
      if (!ring) return ring.error();
      rings_.push_back(*std::move(ring));
      views->push_back(rings_.back().view());
    }
  }
  return Done{};
}

/// As the control loop does when clients have joined.
void Forwarding::open_gate() {
  path_.gate.active = ClientSet::first(kClients).bits();
  path_.gate.receiving = true;
  path_.gate.epoch = 1;
}

Result<std::uint64_t> Forwarding::deliver(std::uint64_t packets) {
  let_clients(Clients::kWork);
  const auto nanoseconds = run(packets);
  let_clients(Clients::kRest);
  return nanoseconds;
}

Result<std::uint64_t> Forwarding::run(std::uint64_t packets) {
  slowdown_begins();
  const RunClock::time_point begin = RunClock::now();
  RunClock::time_point last_look = begin;
  std::uint64_t done = transmitted();
  const std::uint64_t end = done + packets;
  for (unsigned idle = 0; done < end;) {
    turn();
    const std::uint64_t now_done = transmitted();
    if (now_done != done) {
      done = now_done;
      idle = 0;
    } else if (++idle == kIdleTurns) {
      last_look = RunClock::now();
    } else if (idle % kIdleTurns == 0 && RunClock::now() - last_look > kPatience) {
      return environment_error("no packet was delivered for a second");
    }
  }
  const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(RunClock::now() - begin);
  return static_cast<std::uint64_t>(time.count());
}

std::uint64_t Forwarding::transmitted() const {
  return read(path_.tx.transmitted[0]) + read(path_.tx.transmitted[1]);
}

void Forwarding::turn() {
  receiver_->turn();
  if (!clients_.joinable()) be_the_clients();
  returner_->turn();
}

void Forwarding::be_the_clients() {
  dpdk::Packet burst[kSmallBurst];
  for (unsigned i = 0; i < kClients; ++i) {
    while (const unsigned taken = path_.work[i].dequeue(burst)) {
      for (const dpdk::Packet packet : std::span(burst, taken)) packet->port ^= other_port_bits_;
      path_.back[i].enqueue(std::span(burst, taken));
    }
  }
}

void Forwarding::run_clients(unsigned cpu) {
  host::bind_to_cpu(cpu);
  let_clients(Clients::kRest);
  for (;;) {
    clients_do_.wait(Clients::kRest, std::memory_order_acquire);  // pairs: let_clients()
    if (clients_do_.load(std::memory_order_relaxed) == Clients::kEnd) return;
    be_the_clients();
  }
}

void Forwarding::let_clients(Clients what) {
  clients_do_.store(what, std::memory_order_release);  // pairs: run_clients()
  clients_do_.notify_one();
}

}  // namespace ringside::bench
