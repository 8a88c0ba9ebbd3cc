// SPDX-License-Identifier: BSD-3-Clause
// mp_client, but with its first packets its worker thread ends while the process lives on, or it
// writes into its slot that the worker has ended while it runs, or writes all over its slot, or
// claims that its return ring held more than it can hold, or writes all over its rings' heads, or
// turns on and returns nothing, or tells the server that it turns when it does not, or does not say
// on its ring what it has taken off:
//   misbehaving_client DEED ARGUMENTS OF mp_client
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string_view>

#include "client/client.hpp"
#include "client/worker.hpp"
#include "core/control_message.hpp"
#include "core/names.hpp"
#include "dpdk/mp_channel.hpp"
#include "dpdk/ring_end.hpp"
#include "dpdk/shared_info.hpp"

namespace {

using namespace ringside;

void end_worker(const client::Handler&, std::span<dpdk::Packet>) {
  ::syscall(SYS_exit, 0);
}

shared::ClientSlot& own_slot() {
  shared::SharedInfo* const info = *dpdk::attach_shared_info();
  for (std::uint32_t i = 0; i < info->clients; ++i) {
    if (info->client[i].worker == static_cast<std::uint32_t>(::gettid())) return info->client[i];
  }
  ::_exit(1);
}

void say_so(const client::Handler& handler, std::span<dpdk::Packet> packets) {
  static shared::ClientSlot& slot = own_slot();
  slot.worker = FUTEX_OWNER_DIED;
  handler.handle(packets);
}

void scribble(const client::Handler& handler, std::span<dpdk::Packet> packets) {
  static shared::ClientSlot& slot = own_slot();
  std::memset(static_cast<void*>(&slot), 0xff, sizeof slot);
  handler.handle(packets);
}

/// Every client here has id 0.
::rte_ring& own_ring(const std::string& name) {
  return *dpdk::RingView::look_up(name)->get();
}

void claim_too_much(const client::Handler&, std::span<dpdk::Packet>) {
  static ::rte_ring& back = own_ring(names::return_ring(ClientId{0}));
  back.prod.tail = back.cons.tail - 3;
}

void spoil_rings(const client::Handler&, std::span<dpdk::Packet>) {
  for (const auto& name : {names::work_ring(ClientId{0}), names::return_ring(ClientId{0})}) {
    std::memset(static_cast<void*>(&own_ring(name)), 0xff, sizeof(::rte_ring));
  }
  for (;;) ::pause();
}

void swallow(const client::Handler&, std::span<dpdk::Packet>) {
  for (shared::ClientSlot& slot = own_slot();; ::usleep(1000)) slot.counters.progress += 1;
}

void boast(const client::Handler&, std::span<dpdk::Packet>) {
  const shared::ClientSlot& slot = own_slot();
  control::Heartbeat beat{0, static_cast<std::uint32_t>(::getpid()), slot.verdict.generation,
                          slot.counters.progress};
  for (;; ::usleep(100'000)) {
    ++beat.progress;
    dpdk::mp_send(control::kActionName, control::encode(beat).view());
  }
}

void hide(const client::Handler& handler, std::span<dpdk::Packet> packets) {
  ::rte_ring& work = own_ring(names::work_ring(ClientId{0}));
  const auto back = *dpdk::RingView::look_up(names::return_ring(ClientId{0}));
  const auto slots = dpdk::slots_of(work);
  handler.handle(packets);
  back.enqueue(packets);
  shared::ClientSlot& slot = own_slot();
  for (std::uint32_t at = work.cons.tail;; slot.counters.progress += 1) {
    for (; at != __atomic_load_n(&work.prod.tail, __ATOMIC_ACQUIRE); ++at) {
      const auto packet = slots.subspan(at & work.mask, 1);
      handler.handle(packet);
      back.enqueue(packet);
    }
  }
}

const std::map<std::string_view, client::HandleFn> kMisdeeds = {
    {"ends", end_worker},       {"lies", say_so},        {"scribbles", scribble},
    {"claims", claim_too_much}, {"spoils", spoil_rings}, {"swallows", swallow},
    {"boasts", boast},          {"hides", hide}};

}  // namespace

int main(int argc, char** argv) {
  const auto misdeed = argc < 2 ? kMisdeeds.end() : kMisdeeds.find(argv[1]);
  if (misdeed == kMisdeeds.end()) return 2;
  argv[1] = argv[0];
  return client::run_client(argc - 1, argv + 1, misdeed->second);
}
