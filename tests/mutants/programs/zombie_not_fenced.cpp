// SPDX-License-Identifier: BSD-3-Clause
// Fault: a client that is evicted is taken for dead and goes on living.
#include "server/server.hpp"

namespace {

using namespace ringside;

class Believer final : public server::ProcessWatch {
 public:
  bool watch(ClientId id, std::uint32_t pid, std::uint64_t start_time) override {
    return processes_.watch(id, pid, start_time);
  }
  void forget(ClientId id) override {
    processes_.forget(id);
    evicted_.remove(id);
  }
  ClientSet ended() override {
    ClientSet gone = processes_.ended();
    for (const ClientId id : evicted_) gone.add(id);
    return gone;
  }
  bool runs(ClientId id) override { return processes_.runs(id); }
  bool kill(ClientId id) override {
    evicted_.add(id);
    return true;
  }

 private:
  server::PidfdWatch processes_;
  ClientSet evicted_;
};

}  // namespace

int main(int argc, char** argv) {
  server::Seams seams = server::product_seams();
  seams.watch_processes = []() -> std::unique_ptr<server::ProcessWatch> {
    return std::make_unique<Believer>();
  };
  return server::run_server(argc, argv, seams);
}
