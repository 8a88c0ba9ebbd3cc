// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/ring_run.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace {

// Rings are small; EAL itself wants the rest.
constexpr unsigned kMegabytes = 64;
constexpr auto kEnd = std::chrono::seconds(5);

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> ring_bench_command(const RingBenchPlan& plan, const MemoryPlan& memory,
                                            const RunDirectory& directory) {
  std::vector<std::string> words{
      plan.program, "--set=" + plan.set, "--file-prefix=" + directory.prefix(),
      "--benchmark_out=" + directory.path() + "/ring.json", "--benchmark_out_format=json"};
  if (memory.hugepages) words.push_back("--huge-dir=" + memory.hugetlbfs);
  if (!plan.filter.empty()) words.push_back("--filter=" + plan.filter);
  if (plan.repetitions > 0) {
    words.push_back(fmt::format("--benchmark_repetitions={}", plan.repetitions));
  }
  return words;
}

/// The program's own sentence, or the end of what it said.
std::string last_words(const std::string& text) {
  constexpr std::string_view kError = "error: ";
  const auto at = text.rfind(kError);
  std::string words = at == text.npos ? text : text.substr(at + kError.size());
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words.substr(words.size() - std::min<std::size_t>(words.size(), 500));
}

void say_all(Process& process, bool one_repetition,
             const std::function<void(const std::string&)>& say) {
  while (const auto line = process.read_line()) {
    const std::string progress = progress_of(*line, one_repetition);
    if (!progress.empty()) say(progress);
  }
}

}  // namespace

std::string progress_of(const std::string& line, bool one_repetition) {
  constexpr std::string_view kMedian = "_median ";
  constexpr std::string_view kProblem = "ERROR OCCURRED: ";
  std::istringstream words(line);
  std::string name, time;
  words >> name >> time;
  if (!name.starts_with("ring/")) return "";
  if (const auto at = line.find(kProblem); at != line.npos) {
    return name + "  " + line.substr(at + kProblem.size());
  }
  if (one_repetition) return fmt::format("{}  {} ns", name, time);
  const auto median = line.find(kMedian);
  return median == line.npos ? "" : fmt::format("{}  {} ns", line.substr(0, median), time);
}

Result<RingBenchEnd> run_ring_bench(World& world, const RingBenchPlan& plan,
                                    const std::function<void(const std::string&)>& say) {
  const auto memory = plan_memory(plan.memory, read_memory_facts(), kMegabytes);
  if (!memory) return memory.error();
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  const std::string& path = directory.value().path();
  const ProcessSpec spec{.name = "ringside_ring_bench",
                         .argv = ring_bench_command(plan, memory.value(), directory.value()),
                         .environment = {{"RUNTIME_DIRECTORY", path}},
                         .directory = path,
                         .stdout_file = "",
                         .stderr_file = path + "/stderr",
                         .piped = true};
  auto process = world.launcher.start(spec);
  if (!process) return process.error();
  const auto ended = [&] {
    say_all(**process, plan.repetitions == 1, say);
    return (*process)->poll().has_value();
  };
  const WaitEnd wait =
      wait_until(world.clock, Deadline::never(world.clock), world.interrupted, ended);
  if (wait == WaitEnd::kInterrupted) {
    stop_process(world.clock, **process, SIGTERM, Deadline(world.clock, kEnd));
    remove_hugepage_files(memory.value().hugetlbfs, directory.value().prefix());
    return Error{"interrupted", ExitCode::kInterrupted};
  }
  say_all(**process, plan.repetitions == 1, say);
  const ProcessEnd end = *(*process)->poll();
  remove_hugepage_files(memory.value().hugetlbfs, directory.value().prefix());
  const auto code = static_cast<ExitCode>(end.exit_code);
  if (end.signal != 0 || (code != ExitCode::kOk && code != ExitCode::kCheckFailed)) {
    const std::string reason = last_words(read_file(path + "/stderr"));
    const bool own_word = code == ExitCode::kNothingToDo || code == ExitCode::kUsage;
    return Error{fmt::format("ringside_ring_bench ({}): {}", end.text(), reason),
                 own_word ? code : ExitCode::kEnvironment};
  }
  return RingBenchEnd{read_file(path + "/ring.json"), code};
}

}  // namespace ringside::harness
