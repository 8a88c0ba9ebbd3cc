// SPDX-License-Identifier: BSD-3-Clause
// Kills clients at random instants of their own start, and sees what that does to the others: does
// the server go on serving, can the next client join, and when it cannot, does it say so in time.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <optional>
#include <random>

#include "tests/chaos/footprint.hpp"
#include "tests/chaos/stage.hpp"

namespace ringside::harness {
namespace {

struct Settings {
  std::string bin_dir = PROGRAMS_BIN;
  unsigned kills = 20;
  std::uint64_t seed = 1;
  double wait_s = 3;    ///< --wait of the client that joins after each kill
  std::string examine;  ///< shell command to run while that client hangs; {} is its pid
};

/// What was seen.
struct Counts {
  unsigned kills = 0;
  unsigned before = 0;       ///< the victim had not attached to the server yet
  unsigned inside = 0;       ///< it was in EAL's start, the look-ups or the joining
  unsigned after = 0;        ///< it had joined
  unsigned readers = 0;      ///< died reading under the lock of DPDK's memory list
  unsigned others = 0;       ///< died with another lock of the shared configuration
  unsigned held = 0;         ///< the next client could not start, and said so in time
  unsigned silent = 0;       ///< it neither joined nor said anything in time
  unsigned not_serving = 0;  ///< packets stopped
  unsigned bad_ends = 0;     ///< the server did not end with 0 when it was asked to
};

/// The locks of DPDK's shared configuration as 22.11 lays them out: words 4 ... 8 of the file. Only
/// whether they change is looked at.
struct Locks {
  std::array<std::uint32_t, 4> others{};  ///< memzones, tail queues, pools, timers
  std::uint32_t memory = 0;               ///< of the memory list; a count of readers
  bool operator==(const Locks&) const = default;
};

/// The locks of a server's shared configuration; client 0 at work; victims get the id 1.
class StartStage : public Stage {
 public:
  explicit StartStage(const Settings& settings) : Stage(settings.bin_dir, 2) {}

  void open() {
    start_server();
    worker_ = starter(0, 30);
    require([&] { return has_joined(*worker_); }, "client 0 does not join");
    start_traffic();
  }
  /// How the server ended.
  ProcessEnd close() {
    const ProcessEnd server = end_server(SIGINT);
    end(*worker_);
    end_traffic();
    return server;
  }
  std::unique_ptr<Process> starter(unsigned id, double wait_s) {
    return client(id, {"--wait", fmt::format("{}", wait_s)});
  }
  bool is_attached(const Process& process) const {
    const std::string maps = text_of(fmt::format("/proc/{}/maps", process.pid()));
    return maps.find(runtime_directory() + "/config") != std::string::npos;
  }
  Locks locks() const {
    std::ifstream file(runtime_directory() + "/config", std::ios::binary);
    std::array<std::uint32_t, 9> words{};
    file.read(reinterpret_cast<char*>(words.data()), sizeof(words));
    return {{words[4], words[5], words[6], words[7]}, words[8]};
  }

 private:
  std::unique_ptr<Process> worker_;
};

class StartKills {
 public:
  explicit StartKills(const Settings& settings)
      : settings_(settings), stage_(settings), random_(settings.seed) {}

  Counts run() {
    stage_.open();
    measure_start();
    const auto before = heap_in_use(stage_.telemetry());
    while (counts_.kills < settings_.kills) {
      const Locks free = stage_.locks();
      kill_one();
      const Locks left = stage_.locks();
      if (left.memory != free.memory) ++counts_.readers;
      if (left.others != free.others) ++counts_.others;
      if (!stage_.serves()) ++counts_.not_serving;
      if (next_one_joins()) continue;
      close();
      stage_.open();
    }
    const auto after = heap_in_use(stage_.telemetry());
    if (before && after) heap_growth_ = *after - *before;
    close();
    return counts_;
  }
  /// Bytes of the shared heap that the dead have not given back; unknown after a restart.
  std::optional<std::int64_t> heap_growth() const { return heap_growth_; }
  Duration earliest() const { return earliest_; }
  Duration latest() const { return latest_; }

 private:
  /// When the part of a start that others can feel begins and ends, by a few starts that are looked
  /// at, which makes them slower.
  void measure_start() {
    Duration attached = kPatience, joined{};
    for (int i = 0; i < 5; ++i) {
      const TimePoint begin = stage_.clock().now();
      const auto client = stage_.starter(1, 30);
      stage_.await([&] { return stage_.is_attached(*client); });
      attached = std::min(attached, stage_.clock().now() - begin);
      stage_.await([&] { return stage_.has_joined(*client); });
      joined = std::max(joined, stage_.clock().now() - begin);
      stage_.end(*client);
    }
    window_ = joined - attached;
    middle_ = attached + window_ / 2;
  }
  /// The window goes to where the part is now: it moves with the load of the machine.
  void follow(unsigned before, unsigned after) {
    const Duration step = window_ / 8;
    if (counts_.before > before) middle_ += step;
    if (counts_.after > after) middle_ -= std::min(step, middle_ - window_ / 2);
  }

  void close() {
    const ProcessEnd end = stage_.close();
    if (end == ProcessEnd{0, 0}) return;
    ++counts_.bad_ends;
    fmt::print("the server ended with {}\n", end.text());
  }

  void kill_one() {
    const Duration half = window_ / 2;
    std::uniform_int_distribution<Duration::rep> around((middle_ - half).count(),
                                                        (middle_ + half).count());
    const Duration instant(around(random_));
    earliest_ = std::min(earliest_, instant);
    latest_ = std::max(latest_, instant);
    const Counts before = counts_;
    const auto victim = stage_.starter(1, 30);
    stage_.clock().sleep(instant);
    victim->signal(SIGSTOP);  // so that what is looked at is where it dies
    stage_.await([&] { return victim->is_stopped() || victim->poll(); });
    ++(stage_.has_joined(*victim)    ? counts_.after
       : stage_.is_attached(*victim) ? counts_.inside
                                     : counts_.before);
    ++counts_.kills;
    follow(before.before, before.after);
    victim->signal(SIGKILL);
    stage_.await([&] { return victim->poll().has_value(); });
  }

  bool next_one_joins() {
    const TimePoint begin = stage_.clock().now();
    const auto next = stage_.starter(1, settings_.wait_s);
    const auto decided = [&] { return stage_.has_joined(*next) || next->poll(); };
    const auto wait =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(settings_.wait_s));
    if (!settings_.examine.empty() && !stage_.await(decided, wait)) {
      examine(settings_.examine, next->pid());
    }
    const bool in_time = stage_.await(decided, wait + std::chrono::seconds(5));
    const bool joined = stage_.has_joined(*next);
    if (!joined) {
      ++(in_time ? counts_.held : counts_.silent);
      fmt::print("kill {}: the next client did not join ({:.1f} s): {}\n", counts_.kills,
                 std::chrono::duration<double>(stage_.clock().now() - begin).count(),
                 stage_.words_of(*next));
    }
    stage_.end(*next);
    return joined;
  }

  const Settings& settings_;
  StartStage stage_;
  std::mt19937_64 random_;
  Duration middle_{}, window_{};              ///< of the instants to come
  Duration earliest_ = kPatience, latest_{};  ///< of those that were
  std::optional<std::int64_t> heap_growth_;
  Counts counts_;
};

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

int play(const Settings& settings) {
  StartKills kills(settings);
  const Counts counts = kills.run();
  fmt::print(
      "{} clients killed at random instants {:.0f} to {:.0f} ms after their start (seed {})\n"
      "  not yet attached {}, inside the start {}, joined {}\n"
      "  died reading under the lock of the memory list {}, with another lock of the configuration "
      "{}\n"
      "  the next client could not start and said so in time: {}\n"
      "  the next client hung in silence: {}\n"
      "  the server stopped serving: {}\n"
      "  the server did not end in peace: {}\n"
      "  shared heap not given back: {}\n",
      counts.kills, milliseconds(kills.earliest()), milliseconds(kills.latest()), settings.seed,
      counts.before, counts.inside, counts.after, counts.readers, counts.others, counts.held,
      counts.silent, counts.not_serving, counts.bad_ends,
      kills.heap_growth() ? fmt::format("{} bytes", *kills.heap_growth()) : "unknown");
  // A server whose clean-up hangs on a lock says so too, so only silence and an end of serving
  // fail.
  return counts.silent + counts.not_serving == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ringside::harness

int main(int argc, char** argv) {
  ringside::harness::Settings settings;
  CLI::App app("Kills clients at random instants of their start and looks at the others.",
               "start_kills");
  app.add_option("--kills", settings.kills, "how many (20)");
  app.add_option("--seed", settings.seed, "of the random instants (1)");
  app.add_option("--wait", settings.wait_s, "--wait of the client that joins after each (3)");
  app.add_option("--bin-dir", settings.bin_dir, "directory of the programs");
  app.add_option("--examine", settings.examine,
                 "shell command to run while a client hangs; {} stands for its pid");
  return ringside::harness::run_program(app, argc, argv,
                                        [&] { return ringside::harness::play(settings); });
}
