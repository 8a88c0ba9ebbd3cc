// SPDX-License-Identifier: BSD-3-Clause
// mp_client, but with its first packets its worker thread ends while the process lives on, or it
// writes into its slot that the worker has ended while it runs, or writes all over its slot, or
// claims that its return ring held more than it can hold, or writes all over its rings' heads:
//   misbehaving_client ends|lies|scribbles|claims|spoils ARGUMENTS OF mp_client
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string_view>

#include "client/client.hpp"
#include "client/worker.hpp"
#include "core/names.hpp"
#include "dpdk/ring.hpp"
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

const std::map<std::string_view, client::HandleFn> kMisdeeds = {{"ends", end_worker},
                                                                {"lies", say_so},
                                                                {"scribbles", scribble},
                                                                {"claims", claim_too_much},
                                                                {"spoils", spoil_rings}};

}  // namespace

int main(int argc, char** argv) {
  const auto misdeed = argc < 2 ? kMisdeeds.end() : kMisdeeds.find(argv[1]);
  if (misdeed == kMisdeeds.end()) return 2;
  argv[1] = argv[0];
  return client::run_client(argc - 1, argv + 1, misdeed->second);
}
