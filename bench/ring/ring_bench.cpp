// SPDX-License-Identifier: BSD-3-Clause
// ringside_ring_bench: the ring benchmark as a program of Google Benchmark.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <rte_cycles.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include "bench/ring/reporter.hpp"
#include "bench/ring/session.hpp"
#include "core/program.hpp"
#include "core/signals.hpp"
#include "host/machine.hpp"

namespace {

using namespace ringside;         // NOLINT: main
using namespace ringside::bench;  // NOLINT: main

constexpr const char* kHelp =
    "Measures rte_ring: every mode, size, call, number of producers and consumers, placement.\n\n"
    "usage: ringside_ring_bench [--set=quick|lesson|all] [--huge-dir=DIR] [--file-prefix=NAME]\n"
    "                           [options of Google Benchmark]\n\n"
    "  --set      which cases (lesson); quick: few, and little work for each\n"
    "  --huge-dir use hugepages, of this mount; without: ordinary memory\n"
    "  --filter=REGEX            cases whose name it finds; "
    "ring/sp-sc/size:64/single/copy/1/1:1/threads\n"
    "  --switched in the way of DPDK's own ring_perf_autotest: which call it is gets decided anew\n"
    "             for each one (else it is compiled in, as programs have it), as many calls as\n"
    "             there, no round trips, no sample thrown away\n"
    "  --benchmark_list_tests  --benchmark_repetitions=N (5; quick: 2)\n"
    "  --benchmark_out=FILE      figures as JSON\n";

struct Options {
  Selection selection = Selection::kLesson;
  SessionOptions session;
  std::string filter;
  bool help = false;
  bool json_file = false;         ///< --benchmark_out is among the words
  std::vector<std::string> rest;  ///< for Google Benchmark
};

Result<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (word.starts_with("--set=")) {
      const auto selection = parse_selection(word.substr(6));
      if (!selection) return selection.error();
      options.selection = selection.value();
    } else if (word.starts_with("--filter=")) {
      options.filter = word.substr(9);
    } else if (word == "--switched") {
      options.session.switched = true;
    } else if (word.starts_with("--huge-dir=")) {
      options.session.huge_directory = word.substr(11);
    } else if (word.starts_with("--file-prefix=")) {
      options.session.prefix = word.substr(14);
    } else if (word.starts_with("--benchmark_")) {
      options.json_file = options.json_file || word.starts_with("--benchmark_out=");
      options.rest.push_back(word);
    } else {
      return Error{fmt::format("unknown option \"{}\"; see --help", word)};
    }
  }
  options.session.quick = options.selection == Selection::kQuick;
  return options;
}

/// "oversubscribed: 4 threads on 2 CPUs", or nothing.
std::string label_of(const RingCase& ring_case, std::span<const unsigned> cpus) {
  if (ring_case.placement != Placement::kOversubscribed) return "";
  const auto placed = place_workers(ring_case, cpus);
  std::vector<unsigned> used = placed.value();
  std::sort(used.begin(), used.end());
  const auto count = std::unique(used.begin(), used.end()) - used.begin();
  return fmt::format("oversubscribed: {} threads on {} CPU{}", ring_case.workers(), count,
                     count == 1 ? "" : "s");
}

void count(::benchmark::State& state, const RingCase& ring_case, const Sample& sample) {
  auto& counters = state.counters;
  counters["elements"] = static_cast<double>(sample.elements);
  counters["cpu_lost"] = sample.cpu_lost;
  counters["preempted"] = static_cast<double>(sample.preempted);
  counters["discarded"] = sample.discarded;
  const double ns = sample.seconds * 1e9 / static_cast<double>(sample.elements);
  counters["cycles_per_element"] = sample.cycles_per_element;
  counters["ns_per_element"] = ns;
  if (ring_case.placement == Placement::kOneThread) return;
  counters["hand_over_p50_ns"] = sample.hand_over.p50;
  counters["hand_over_p99_ns"] = sample.hand_over.p99;
  counters["hand_over_p999_ns"] = sample.hand_over.p999;
  counters["queued_p50_ns"] = sample.queued.p50;
  counters["queued_p99_ns"] = sample.queued.p99;
  counters["queued_p999_ns"] = sample.queued.p999;
  counters["refused"] = sample.refused;
  if (sample.round_trip_before_ns <= 0) return;
  counters["round_trip_before_ns"] = sample.round_trip_before_ns;
  counters["round_trip_after_ns"] = sample.round_trip_after_ns;
  counters["elements_per_round_trip"] =
      (sample.round_trip_before_ns + sample.round_trip_after_ns) / 2 / ns;
}

/// Ends a repetition without figures. Google Benchmark aborts in its statistics when repetitions of
/// a case differ in iterations, those without figures included: so these are done, too.
void fail(::benchmark::State& state, std::uint64_t elements, const std::string& reason) {
  while (state.KeepRunningBatch(static_cast<std::int64_t>(elements))) state.SetIterationTime(0);
  state.SkipWithError(reason.c_str());
}

/// One repetition. `failure`: why the first one has no figures, or nothing. Then the others have
/// none either: Google Benchmark 1.7 reads a null pointer in its statistics when only the first one
/// has not.
void run_case(::benchmark::State& state, Session& session, const RingCase& ring_case,
              std::optional<std::string>& failure) {
  const std::uint64_t elements = session.elements_of(ring_case);
  const bool is_first = !failure;
  if (is_first) failure.emplace();
  if (!failure->empty()) return fail(state, elements, *failure);
  if (signals::stop_requested()) {
    if (is_first) *failure = kInterrupted;
    return fail(state, elements, kInterrupted);
  }
  if (const std::string reason = session.reason_to_skip(ring_case); !reason.empty()) {
    return fail(state, elements, kSkipped + reason);
  }
  const Result<Sample> sample = session.measure(ring_case);
  if (!sample) {
    const bool unstable = sample.error().code == ExitCode::kTimedOut;
    const std::string reason = (unstable ? kUnstable : "") + sample.error().message;
    if (is_first) *failure = reason;
    return fail(state, elements, reason);
  }
  // One batch is all: Google Benchmark's time for an iteration is the time for an element, also
  // where a sample moves more or less of them than there are iterations.
  const double iterations_per_element =
      static_cast<double>(elements) / static_cast<double>(sample.value().elements);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(elements))) {
    state.SetIterationTime(sample.value().seconds * iterations_per_element);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(elements));
  state.SetLabel(label_of(ring_case, session.cpus()));
  count(state, ring_case, sample.value());
}

void register_cases(const std::vector<RingCase>& cases, Session& session) {
  for (const RingCase& ring_case : cases) {
    auto* one = ::benchmark::RegisterBenchmark(
        name_of(ring_case).c_str(),
        [&session, ring_case, failure = std::make_shared<std::optional<std::string>>()](
            ::benchmark::State& state) { run_case(state, session, ring_case, *failure); });
    one->UseManualTime()->Iterations(static_cast<std::int64_t>(session.elements_of(ring_case)));
    if (!session.reason_to_skip(ring_case).empty()) one->Repetitions(1);
  }
}

void add_context(const Session& session, const Options& options) {
  for (const auto& [name, value] : host::machine_facts())
    ::benchmark::AddCustomContext(name, value);
  ::benchmark::AddCustomContext("memory",
                                options.session.huge_directory.empty() ? "no-huge" : "hugepages");
  ::benchmark::AddCustomContext("dpdk", session.eal_facts().version);
  ::benchmark::AddCustomContext("tsc_hz", std::to_string(::rte_get_tsc_hz()));
  ::benchmark::AddCustomContext("usable_cpus", std::to_string(session.cpus().size()));
}

/// Google Benchmark keeps a pointer to the first word. Its options' defaults stand here, since it
/// takes them from the environment otherwise (BENCHMARK_FILTER and so on).
void initialize(const Options& options) {
  static std::vector<std::string> words;
  words = {
      "ringside_ring_bench",
      "--benchmark_filter=.",
      "--benchmark_list_tests=false",
      "--benchmark_report_aggregates_only=false",
      "--benchmark_display_aggregates_only=false",
      "--benchmark_enable_random_interleaving=false",
      "--benchmark_out=",
      "--benchmark_out_format=json",
      fmt::format("--benchmark_repetitions={}", options.selection == Selection::kQuick ? 2 : 5)};
  words.insert(words.end(), options.rest.begin(), options.rest.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int argc = static_cast<int>(words.size());
  ::benchmark::Initialize(&argc, argv.data());
}

Status run(const Options& options) {
  const auto cases = filter_cases(select_cases(options.selection), options.filter);
  if (!cases) return cases.error();
  if (cases.value().empty()) return Error{"no case has a name like that", ExitCode::kNothingToDo};
  auto session = Session::open(options.session);
  if (!session) return session.error();
  initialize(options);
  register_cases(cases.value(), **session);
  add_context(**session, options);
  CaseReporter<::benchmark::ConsoleReporter> screen(::benchmark::ConsoleReporter::OO_None);
  CaseReporter<::benchmark::JSONReporter> file;
  ::benchmark::RunSpecifiedBenchmarks(&screen, options.json_file ? &file : nullptr);
  ::benchmark::Shutdown();
  if (signals::stop_requested()) return Error{kInterrupted, ExitCode::kInterrupted};
  if (screen.errors() > 0) {
    return Error{
        fmt::format("{} samples could not be taken; the rows above say why", screen.errors()),
        ExitCode::kCheckFailed};
  }
  return Done{};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == kHelperWord) {
    // They are for the whole group; the primary ends it, after the sample in hand.
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_IGN);
    return exit_code("ringside_ring_bench", run_helper({argv + 2, argv + argc}));
  }
  const Result<Options> options = read_options(argc, argv);
  if (!options) return exit_code("ringside_ring_bench", options.error());
  if (options.value().help) return print_text(kHelp);
  signals::install();
  return exit_code("ringside_ring_bench", run(options.value()));
}
