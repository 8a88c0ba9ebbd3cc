// SPDX-License-Identifier: BSD-3-Clause
// Kills clients and lets others join in their places, again and again, on one server under load,
// and compares what everything takes up after the first few rejoins and after the last.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <random>

#include "tests/chaos/footprint.hpp"
#include "tests/chaos/stage.hpp"

namespace ringside::harness {
namespace {

struct Settings {
  std::string bin_dir = PROGRAMS_BIN;
  unsigned rejoins = 30;
  unsigned first = 10;  ///< rejoins before the first look
  unsigned slots = 4;   ///< client 0 stays, the others are killed in turn
  std::string memory = "no-huge";
  std::uint64_t seed = 1;
  unsigned report_every = 0;
  std::string examine;  ///< shell command for a client that takes long to join; {} is its pid
};

/// The server's own memory may grow by so much: books of an allocator, not of clients.
constexpr std::int64_t kGrowthKb = 512;

/// A start takes a tenth of a second.
constexpr auto kLongJoin = std::chrono::seconds(3);

/// From one kill to the next.
constexpr auto kLongestPause = std::chrono::milliseconds(20);

class Rejoins {
 public:
  explicit Rejoins(const Settings& settings)
      : settings_(settings),
        stage_(settings.bin_dir, settings.slots, *parse_memory_mode(settings.memory)),
        clients_(settings.slots),
        random_(settings.seed) {}

  /// 0 when nothing grew.
  int run() {
    stage_.start_server();
    for (unsigned id = 0; id < settings_.slots; ++id) clients_[id] = new_client(id);
    all_active();
    stage_.start_traffic();
    rejoin_up_to(settings_.first);
    const Footprint before = look();
    const TimePoint begin = stage_.clock().now();
    rejoin_up_to(settings_.rejoins);
    const Duration time = stage_.clock().now() - begin;
    const Footprint after = look();
    report(before, after, time);
    const bool ended = close();
    const bool same = differences(before, after).empty() &&
                      after.server_memory_kb - before.server_memory_kb <= kGrowthKb;
    return ended && same ? 0 : 1;
  }

 private:
  /// On a busy machine the start of three clients, one after the other, can take long.
  std::unique_ptr<Process> new_client(unsigned id) { return stage_.client(id, {"--wait", "60"}); }

  /// A slot's new process starts while the others work.
  void rejoin_up_to(unsigned count) {
    for (; done_ < count; ++done_) {
      const unsigned id = 1 + done_ % (settings_.slots - 1);
      become_active(id);
      pause();
      stage_.end(*clients_[id], SIGKILL);
      clients_[id] = new_client(id);
      if (settings_.report_every != 0 && done_ % settings_.report_every == 0) progress();
    }
    all_active();
  }

  void pause() {
    std::uniform_int_distribution<Duration::rep> pause(0, Duration(kLongestPause).count());
    stage_.clock().sleep(Duration(pause(random_)));
  }

  void become_active(unsigned id) {
    const auto decided = [&] {
      return stage_.is_active(id, *clients_[id]) || clients_[id]->poll();
    };
    if (!stage_.await(decided, kLongJoin)) examine(settings_.examine, clients_[id]->pid());
    stage_.require(decided, fmt::format("client {} neither joins nor ends", id));
    if (!clients_[id]->poll()) return;
    throw std::runtime_error(fmt::format("after {} rejoins client {} ended: {}", done_, id,
                                         stage_.words_of(*clients_[id])));
  }

  void all_active() {
    for (unsigned id = 0; id < settings_.slots; ++id) become_active(id);
  }

  /// At a moment when no client starts or ends and DPDK has settled.
  Footprint look() {
    stage_.require([&] { return stage_.serves(); }, "no packets arrive any more");
    return footprint_of(stage_);
  }

  void progress() {
    const Footprint print = footprint_of(stage_);
    fmt::print("{} rejoins: heap {} bytes, server {} kB\n", done_,
               print.counts.at("heap 0 Alloc_size"), print.server_memory_kb);
    std::fflush(stdout);
  }

  void report(const Footprint& before, const Footprint& after, Duration time) const {
    const double seconds = std::chrono::duration<double>(time).count();
    fmt::print("{} rejoins after kill -9, compared with {} ({:.0f} ms each, seed {})\n",
               settings_.rejoins, settings_.first,
               1000 * seconds / std::max(1u, settings_.rejoins - settings_.first), settings_.seed);
    for (const auto& [name, count] : after.counts) fmt::print("  {}: {}\n", name, count);
    fmt::print("  server's own memory: {} kB, was {} kB\n", after.server_memory_kb,
               before.server_memory_kb);
    const auto changes = differences(before, after);
    fmt::print("{}\n", changes.empty() ? "nothing grew" : "not the same:");
    for (const std::string& line : changes) fmt::print("  {}\n", line);
  }

  bool close() {
    const ProcessEnd end = stage_.end_server(SIGINT);
    for (const auto& client : clients_) stage_.end(*client);
    stage_.end_traffic();
    if (end == ProcessEnd{0, 0}) return true;
    fmt::print("the server ended with {}\n", end.text());
    return false;
  }

  const Settings& settings_;
  Stage stage_;
  std::vector<std::unique_ptr<Process>> clients_;
  std::mt19937_64 random_;
  unsigned done_ = 0;
};

}  // namespace
}  // namespace ringside::harness

int main(int argc, char** argv) {
  ringside::harness::Settings settings;
  CLI::App app("Kills clients and lets them rejoin, and looks whether anything grows.", "rejoins");
  app.add_option("--rejoins", settings.rejoins, "how many (30)");
  app.add_option("--seed", settings.seed, "of the pauses between kills (1)");
  app.add_option("--clients", settings.slots, "of the server (4)")->check(CLI::Range(2, 16));
  app.add_option("--memory", settings.memory, "hugepages or no-huge (no-huge)")
      ->check(CLI::IsMember({"hugepages", "no-huge"}));
  app.add_option("--report-every", settings.report_every, "rejoins from line to line (none)");
  app.add_option("--examine", settings.examine,
                 "shell command to run when a client takes long to join; {} stands for its pid");
  app.add_option("--bin-dir", settings.bin_dir, "directory of the programs");
  return ringside::harness::run_program(app, argc, argv,
                                        [&] { return ringside::harness::Rejoins(settings).run(); });
}
