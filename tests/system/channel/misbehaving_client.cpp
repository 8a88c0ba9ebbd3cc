// SPDX-License-Identifier: BSD-3-Clause
// mp_client, but with its first packets its worker thread ends while the process lives on, or it
// writes into its slot that the worker has ended while it runs, or writes all over its slot:
//   misbehaving_client ends|lies|scribbles ARGUMENTS OF mp_client
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "client/client.hpp"
#include "client/worker.hpp"
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string_view what = argv[1];
  argv[1] = argv[0];
  return client::run_client(argc - 1, argv + 1,
                            what == "ends"   ? end_worker
                            : what == "lies" ? say_so
                                             : scribble);
}
