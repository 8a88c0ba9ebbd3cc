// SPDX-License-Identifier: BSD-3-Clause
// What exact recovery costs while nothing has to be recovered: the server's data path, and the same
// with headers that write nothing down (without_recovery), in turns on the same CPUs. With the
// clients on the server's own CPU no cache line has to come from another core: a packet costs less
// then, and the share of the recovery is the largest.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/posix_process.hpp"
#include "harness/run/run_directory.hpp"
#include "host/affinity.hpp"
#include "tests/chaos/stage.hpp"

namespace ringside::harness {
namespace {

struct Settings {
  std::string with = FORWARDER;
  std::string without = FORWARDER_WITHOUT_RECOVERY;
  std::string policy = "round-robin";
  std::string frames = "null";
  unsigned starts = 20;
  unsigned pairs = 6;
  unsigned blocks = 40;
  bool own_cpu = false;
  std::optional<double> at_most;  ///< per cent of the rate
};

/// A forwarder process that works when it is asked to.
class Runner {
 public:
  /// Of a copy of `program`: how the page cache holds a file is part of its speed.
  Runner(const Settings& settings, const std::string& program)
      : order_(fmt::format("{}\n", settings.blocks)), directory_(must(RunDirectory::create())) {
    ProcessSpec spec;
    spec.name = "forwarder";
    const unsigned cpu = host::allowed_cpus().back();
    const std::string copy = directory_.path() + "/forwarder";
    std::filesystem::copy_file(program, copy);
    spec.argv = {copy, settings.policy, std::to_string(cpu),
                 std::to_string(settings.own_cpu ? host::allowed_cpus().front() : cpu),
                 settings.frames};
    spec.directory = directory_.path();
    spec.stderr_file = copy + ".err";
    spec.piped = true;
    process_ = must(PosixLauncher().start(spec));
    turn();  // caches and pool
  }

  double turn() {
    static const InterruptFlag never{0};
    process_->write(order_);
    std::optional<std::string> line;
    wait_until(clock_, Deadline(clock_, kPatience), never, [&] {
      line = process_->read_line();
      return line || process_->poll();
    });
    if (!line) throw std::runtime_error("the forwarder does not answer");
    return std::stod(*line);
  }

 private:
  std::string order_;
  SteadyClock clock_;
  RunDirectory directory_;
  std::unique_ptr<Process> process_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// The order statistics between which the median lies with 95 % confidence, whatever the
/// distribution: the number of values below it is binomial, here by its normal approximation.
std::pair<double, double> confidence(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  const double rank = std::floor((n - 1.96 * std::sqrt(n)) / 2);
  const std::size_t low = rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1;
  return {values[low], values[values.size() - 1 - low]};
}

struct Times {
  std::vector<double> with, without;
};

/// Medians of pairs of turns with two processes that live for so long: where their memory happens
/// to lie is the same in all of these pairs, so they count as one observation.
void add_start(const Settings& settings, Times& times) {
  Runner with(settings, settings.with);
  Runner without(settings, settings.without);
  Times pairs;
  for (unsigned pair = 0; pair < settings.pairs; ++pair) {
    const bool first = pair % 2 == 0;  // who begins
    const double one = (first ? with : without).turn();
    const double other = (first ? without : with).turn();
    pairs.with.push_back(first ? one : other);
    pairs.without.push_back(first ? other : one);
  }
  times.with.push_back(median(pairs.with));
  times.without.push_back(median(pairs.without));
}

int measure(Settings settings) {
  // They run in a directory of their own.
  for (std::string* path : {&settings.with, &settings.without}) {
    *path = std::filesystem::absolute(*path);
  }
  if (settings.frames != "null") settings.frames = std::filesystem::absolute(settings.frames);
  Times times;
  std::vector<double> costs;
  for (unsigned start = 0; start < settings.starts; ++start) {
    add_start(settings, times);
    // Of the rate, as packets are counted: 1 - (1 / with) / (1 / without).
    costs.push_back(100 * (1 - times.without.back() / times.with.back()));
  }
  const auto [low, high] = confidence(costs);
  fmt::print(
      "{} starts of {} pairs, {} of {}, clients on {}\n"
      "  {:.2f} ns of the server for a packet with recovery, {:.2f} without (medians)\n"
      "  cost {:.2f} % of the rate (median of the starts; 95 % confidence {:.2f} ... {:.2f} %)\n",
      settings.starts, settings.pairs, settings.policy,
      settings.frames == "null" ? "frames of zeros" : settings.frames,
      settings.own_cpu ? "a CPU of their own" : "the server's CPU", median(times.with),
      median(times.without), median(costs), low, high);
  if (!settings.at_most || median(costs) <= *settings.at_most) return 0;
  fmt::print(stderr, "recovery_cost: more than {} %\n", *settings.at_most);
  return 1;
}

}  // namespace
}  // namespace ringside::harness

int main(int argc, char** argv) {
  ringside::harness::Settings settings;
  CLI::App app("Measures what exact recovery costs while nothing has to be recovered.",
               "recovery_cost");
  app.add_option("--starts", settings.starts, "of both processes (20)")
      ->check(CLI::Range(1, 10000));
  app.add_option("--pairs", settings.pairs, "of turns in each start (6)")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--blocks", settings.blocks, "of 64 turns of the loop, each time (40)");
  app.add_flag("--own-cpu", settings.own_cpu, "clients on a CPU of their own");
  app.add_option("--policy", settings.policy, "of the server (round-robin)");
  app.add_option("--frames", settings.frames,
                 "a capture, or null for ports that cost nothing (null)")
      ->check(CLI::ExistingFile | CLI::IsMember({"null"}));
  app.add_option("--at-most", settings.at_most, "per cent of the rate; more ends with 1");
  app.add_option("--with", settings.with, "the one forwarder");
  app.add_option("--without", settings.without, "the other; the same one shows the noise");
  return ringside::harness::run_program(app, argc, argv,
                                        [&] { return ringside::harness::measure(settings); });
}
