// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/perf_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "core/burst.hpp"
#include "core/parse_duration.hpp"
#include "core/sizing.hpp"
#include "harness/pcap/capture_file.hpp"
#include "harness/perf/instructions.hpp"
#include "host/affinity.hpp"

namespace ringside::harness {
namespace {

std::string duration_check(const std::string& text) {
  const auto duration = parse_duration(text);
  return duration && duration->count() > 0 ? "" : "\"" + text + "\" is no time such as 20ms";
}

}  // namespace

std::optional<double> parse_share(std::string text) {
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  const char* const end = text.data() + text.size();
  double number = 0;
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || last != end) return std::nullopt;
  const double share = percent ? number / 100 : number;
  return share > 0 && share < 1 ? std::optional(share) : std::nullopt;
}

std::string share_check(const std::string& text) {
  return parse_share(text) ? "" : "\"" + text + "\" is no share such as 3% or 0.03";
}

void say_progress(const std::string& what) {
  fmt::print(stderr, "perf: {}\n", what);
}

void PerfMeasureOptions::declare(CLI::App& app) {
  std::vector<std::string> suites{perf::kWholeSuite};
  for (const perf::SuiteProgram& program : perf::kSuite) suites.emplace_back(program.suite);
  app.add_option("--suite", suite,
                 "all, core (by one thread) or path (the server's data path) (all)")
      ->check(CLI::IsMember(suites));
  app.add_option("--only", only, "benchmarks with this in PROGRAM/BENCHMARK; repeatable")
      ->take_all();
  app.add_option("--frames", frames, "a capture of yours in place of made-up frames")
      ->check(CLI::ExistingFile);
  app.add_option("--sample", sample, "time that the work of a pair takes each build (20ms)")
      ->check(duration_check);
  app.add_option("--pairs", pairs, "in a batch (40)")->check(CLI::Range(1, 100000));
  app.add_option("--cpu", cpu, "that the benchmarks run on (the last one)");
  app.add_flag("--no-instructions", no_instructions, "do not count instructions with valgrind");
}

perf::Selection PerfMeasureOptions::selection() const {
  perf::Selection selection;
  selection.suite = suite;
  selection.only = only;
  if (!frames.empty()) selection.arguments.push_back(std::filesystem::absolute(frames));
  selection.sample_ns = static_cast<double>(parse_duration(sample)->count());
  return selection;
}

Status PerfMeasureOptions::check_frames() const {
  if (frames.empty()) return Done{};
  if (!std::filesystem::is_regular_file(frames)) return Error{frames + " is no file"};
  const auto capture = read_capture(frames);
  if (!capture) return capture.error();
  if (capture->size() < kSmallBurst) {
    return Error{fmt::format("{} holds {} frames; a benchmark takes {} at once", frames,
                             capture->size(), kSmallBurst)};
  }
  if (capture->longest() <= kMinFrameRoom) return Done{};
  return Error{
      fmt::format("{}: a frame of {} bytes is too long for a benchmark, which takes up to {}",
                  frames, capture->longest(), kMinFrameRoom)};
}

std::string PerfMeasureOptions::frames_text() const {
  if (frames.empty()) return "";
  std::error_code ignored;
  return fmt::format("{}, {} bytes", std::filesystem::path(frames).filename().string(),
                     std::filesystem::file_size(frames, ignored));
}

perf::PairPlan PerfMeasureOptions::plan() const {
  perf::PairPlan plan;
  plan.pairs = pairs;
  return plan;
}

Result<std::string> PerfMeasureOptions::why_not_counted(World& world,
                                                        const std::string& scratch) const {
  if (no_instructions) return std::string();
  return perf::why_not_counted(world, scratch);
}

Result<perf::BenchPlace> PerfMeasureOptions::place() const {
  const auto cpus = host::allowed_cpus();
  perf::BenchPlace place;
  place.cpu = cpu.value_or(cpus.back());
  if (std::ranges::find(cpus, place.cpu) == cpus.end()) {
    return Error{fmt::format("--cpu {}: ringside may not run there", place.cpu)};
  }
  const auto other = std::ranges::find_if(cpus, [&](unsigned each) { return each != place.cpu; });
  if (other != cpus.end()) place.far_cpu = *other;
  return place;
}

}  // namespace ringside::harness
