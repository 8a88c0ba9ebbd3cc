// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "core/signals.hpp"
#include "host/affinity.hpp"
#include "host/line_probe.hpp"

namespace ringside::bench {
namespace {

constexpr const char* kRingName = "ringside_bench";
constexpr unsigned kMaxTries = 6;
constexpr unsigned kQuickTries = 3;
constexpr auto kProbeTime = std::chrono::milliseconds(5);
// Enqueues whose latency is taken.
constexpr std::uint64_t kHandOverCalls = 4096;
constexpr std::uint64_t kQueuedCalls = 16384;
// Both take a few milliseconds, unless other processes use the CPUs.
constexpr auto kLatencyTime = std::chrono::milliseconds(100);
/// More elements than a run that ends by time can move.
constexpr std::uint64_t kEndless = std::uint64_t{1} << 60;

std::vector<Task> make_tasks(const RingCase& what, std::span<const unsigned> cpus, Phase phase,
                             std::uint64_t elements) {
  Task task{.ring_case = what, .phase = phase};
  std::copy_n(kRingName, std::char_traits<char>::length(kRingName), task.ring);
  if (what.placement == Placement::kOneThread) {
    task.cpu = cpus[0];
    task.elements = elements;
    return {task};
  }
  std::vector<Task> tasks;
  task.workers = what.workers();
  for (unsigned i = 0; i < task.workers; ++i) {
    task.index = i;
    task.role = i < what.producers ? Role::kProducer : Role::kConsumer;
    task.elements = i < what.producers ? elements / what.producers : 0;
    task.cpu = cpus[i];
    tasks.push_back(task);
  }
  return tasks;
}

/// As many as ring_perf_autotest makes.
constexpr std::uint64_t kAutotestCalls = 1 << 23;
constexpr std::uint64_t kAutotestCallsAcrossCpus = 1 << 15;

/// What all workers together did.
struct Total {
  std::uint64_t taken = 0;
  std::uint64_t put = 0;
  std::uint64_t offered = 0;
  std::uint64_t cycles = 0;
  double cpu_lost = 0;  ///< of the CPU that was lost most
  std::uint64_t preempted = 0;
  bool gave_up = false;
};

Total add_up(const std::vector<Task>& tasks, const std::vector<Outcome>& outcomes) {
  Total total;
  std::uint64_t begin = UINT64_MAX, end = 0;
  std::vector<unsigned> cpus;
  std::vector<double> lost;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& one = outcomes[i];
    begin = std::min(begin, one.begin);
    end = std::max(end, one.end);
    if (tasks[i].role != Role::kProducer) total.taken += one.elements;
    if (tasks[i].role != Role::kConsumer) total.put += one.elements;
    total.offered += one.offered;
    total.preempted += one.preempted;
    cpus.push_back(tasks[i].cpu);
    lost.push_back(one.cpu_lost);
    total.gave_up = total.gave_up || one.gave_up;
  }
  total.cycles = end - begin;
  total.cpu_lost = most_cpu_lost(cpus, lost);
  return total;
}

Status arrived(const Total& total, std::uint64_t elements) {
  if (!total.gave_up && total.taken == elements && total.put <= elements) return Done{};
  return Error{fmt::format("{} of {} elements arrived{}", total.taken, elements,
                           total.gave_up ? ", then nothing moved any more" : ""),
               ExitCode::kInternal};
}

/// What producers were to put on: of a run that ends by time, whatever they did.
std::uint64_t wanted_of(const std::vector<Task>& tasks, const Total& total) {
  if (tasks[0].phase == Phase::kTimed) return total.put;
  return std::accumulate(tasks.begin(), tasks.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Task& task) { return sum + task.elements; });
}

void set_limit(std::vector<Task>& tasks, std::chrono::milliseconds time) {
  for (Task& task : tasks) {
    task.limit = ::rte_get_tsc_hz() / 1000 * static_cast<std::uint64_t>(time.count());
  }
}

Percentiles percentiles_of(const std::vector<Task>& tasks, const std::vector<Outcome>& outcomes,
                           const SharedPage& page) {
  std::vector<std::uint32_t> all;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& mine = page.latencies[tasks[i].index];
    all.insert(all.end(), mine.begin(), mine.begin() + outcomes[i].latencies);
  }
  std::sort(all.begin(), all.end());
  const double ns_per_cycle = 1e9 / static_cast<double>(::rte_get_tsc_hz());
  return {nearest_rank(all, 0.5) * ns_per_cycle, nearest_rank(all, 0.99) * ns_per_cycle,
          nearest_rank(all, 0.999) * ns_per_cycle};
}

/// Two different CPUs among those of the workers; false when all share one.
bool pick_pair(const std::vector<unsigned>& cpus, unsigned& a, unsigned& b) {
  a = cpus.front();
  const auto other = std::find_if(cpus.begin(), cpus.end(), [&](unsigned cpu) { return cpu != a; });
  if (other == cpus.end()) return false;
  b = *other;
  return true;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options) {
  auto page = SharedPageFile::create();
  if (!page) return page.error();
  std::unique_ptr<Session> session(new Session(options, *std::move(page), host::allowed_cpus()));
  if (Status started = session->start_eal(); !started) return started.error();
  return session;
}

Status Session::start_eal() {
  if (std::getenv("RUNTIME_DIRECTORY") == nullptr) {
    char path[] = "/tmp/ringside-bench-XXXXXX";
    if (::mkdtemp(path) == nullptr) return environment_error("cannot make a directory in /tmp");
    directory_ = path;
    owner_ = ::open((directory_ + "/owner").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ::flock(owner_, LOCK_EX | LOCK_NB);
    ::setenv("RUNTIME_DIRECTORY", path, 1);
  }
  if (options_.prefix.empty()) options_.prefix = fmt::format("ringbench{}", ::getpid());
  std::vector<std::string> words = eal_words(fmt::format("0@{}", cpus_[0]));
  words.insert(words.begin(), "ringside_ring_bench");
  words.insert(words.end(), {"-m", "64"});
  auto eal = dpdk::Eal::start_primary(words);
  if (!eal) return eal.error();
  eal_.emplace(*std::move(eal));
  return eal_->announce();
}

/// What primary and secondary have in common.
std::vector<std::string> Session::eal_words(const std::string& lcores) const {
  return {"--file-prefix=" + options_.prefix, "--lcores=" + lcores, "--no-pci", "--log-level=error",
          options_.huge_directory.empty() ? "--no-huge" : "--huge-dir=" + options_.huge_directory};
}

Session::~Session() {
  helper_.reset();
  eal_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
  if (owner_ >= 0) ::close(owner_);
}

Status Session::start_helper() {
  if (helper_) return Done{};
  std::vector<std::string> words = eal_words(fmt::format("1@{}", cpus_.back()));
  words.push_back("--proc-type=secondary");
  auto helper = Helper::start(words, page_);
  if (!helper) return helper.error();
  helper_.emplace(*std::move(helper));
  return Done{};
}

std::string Session::reason_to_skip(const RingCase& ring_case) const {
  const auto placed = place_workers(ring_case, cpus_);
  return placed ? "" : placed.error().message;
}

std::uint64_t Session::elements_of(const RingCase& ring_case) const {
  if (options_.switched) {
    const bool alone = ring_case.placement == Placement::kOneThread;
    return ring_case.count * (alone ? kAutotestCalls : kAutotestCallsAcrossCpus);
  }
  return bench::elements_of(ring_case, options_.quick);
}

Result<Sample> Session::measure(const RingCase& ring_case) {
  const auto placed = place_workers(ring_case, cpus_);
  if (!placed) return placed.error();
  if (ring_case.placement == Placement::kProcesses) {
    if (Status started = start_helper(); !started) return started.error();
  }
  auto ring = dpdk::Ring::create(kRingName, ring_case.size, SOCKET_ID_ANY, ring_case.mode);
  if (!ring) return ring.error();
  unsigned a = 0, b = 0;
  const bool probes = pick_pair(placed.value(), a, b) && !options_.switched;
  const auto probe = [&] { return probes ? host::line_round_trip_ns(a, b, kProbeTime) : 0.0; };
  double before = 0, after = 0;
  const unsigned max_tries = options_.switched ? 1 : options_.quick ? kQuickTries : kMaxTries;
  for (unsigned tries = 0; tries < max_tries; ++tries) {
    if (signals::stop_requested()) return Error{"interrupted", ExitCode::kInterrupted};
    before = probe();
    Result<Sample> sample = take(ring_case, ring->view().get());
    if (!sample) return sample;
    after = probe();
    if (probes && !host::same_speed(before, after)) continue;
    if (sample->cpu_lost > kMostCpuLost && tries + 1 < max_tries) continue;
    sample->round_trip_before_ns = before;
    sample->round_trip_after_ns = after;
    sample->discarded = tries;
    return sample;
  }
  return Error{
      fmt::format("the machine does not hold still: {} samples discarded, cache-line round trip "
                  "last {:.0f} ns before and {:.0f} ns after",
                  max_tries, before, after),
      ExitCode::kTimedOut};
}

Result<std::vector<Outcome>> Session::run(std::vector<Task> tasks, ::rte_ring* ring) {
  SharedPage& page = page_.page();
  page.arrived = 0;
  page.producers_done = 0;
  page.given_up = 0;
  ::rte_ring_reset(ring);
  for (Task& task : tasks) task.switched = options_.switched;
  const RingCase& what = tasks[0].ring_case;
  if (what.placement != Placement::kProcesses) return run_here(tasks, ring, page);
  const std::span<const Task> all(tasks);
  if (Status begun = helper_->begin(all.subspan(what.producers)); !begun) return begun.error();
  std::vector<Outcome> outcomes = run_here(all.first(what.producers), ring, page);
  const auto theirs = helper_->finish();
  if (!theirs) return theirs.error();
  outcomes.insert(outcomes.end(), theirs.value().begin(), theirs.value().end());
  return outcomes;
}

Result<Sample> Session::take(const RingCase& what, ::rte_ring* ring) {
  Sample sample;
  if (Status taken = take_flow(what, ring, sample); !taken) return taken.error();
  if (what.placement != Placement::kOneThread && !options_.switched) {
    if (Status taken = take_latencies(what, ring, sample); !taken) return taken.error();
  }
  return sample;
}

Status Session::take_flow(const RingCase& what, ::rte_ring* ring, Sample& sample) {
  const std::vector<unsigned> cpus = place_workers(what, cpus_).value();
  std::vector<std::vector<Task>> runs;
  // First twice round the ring, for the page faults; that is not counted.
  runs.push_back(make_tasks(what, cpus, Phase::kFlow, std::uint64_t{2} * what.size));
  runs.push_back(make_flow_tasks(what, cpus));
  for (const std::vector<Task>& tasks : runs) {
    const auto outcomes = run(tasks, ring);
    if (!outcomes) return outcomes.error();
    const Total total = add_up(tasks, outcomes.value());
    if (Status all = arrived(total, wanted_of(tasks, total)); !all) return all;
    const auto elements = static_cast<double>(total.taken);
    sample.elements = total.taken;
    sample.cpu_lost = total.cpu_lost;
    sample.preempted = total.preempted;
    sample.cycles_per_element = static_cast<double>(total.cycles) / elements;
    sample.refused = 1 - elements / static_cast<double>(total.offered);
    sample.seconds = static_cast<double>(total.cycles) / static_cast<double>(::rte_get_tsc_hz());
  }
  return Done{};
}

/// The run that is measured.
std::vector<Task> Session::make_flow_tasks(const RingCase& what,
                                           std::span<const unsigned> cpus) const {
  const std::chrono::milliseconds time = time_of(what);
  if (time.count() == 0 || options_.switched) {
    return make_tasks(what, cpus, Phase::kFlow, elements_of(what));
  }
  std::vector<Task> tasks = make_tasks(what, cpus, Phase::kTimed, kEndless);
  set_limit(tasks, time);
  return tasks;
}

Status Session::take_latencies(const RingCase& what, ::rte_ring* ring, Sample& sample) {
  const std::vector<unsigned> cpus = place_workers(what, cpus_).value();
  const unsigned fewer = options_.quick ? 8 : 1;
  const std::pair<Phase, std::uint64_t> stamped[] = {{Phase::kHandOver, kHandOverCalls},
                                                     {Phase::kQueued, kQueuedCalls}};
  for (const auto& [phase, calls] : stamped) {
    auto tasks = make_tasks(what, cpus, phase, calls / fewer * what.count);
    set_limit(tasks, kLatencyTime / fewer);
    const auto outcomes = run(tasks, ring);
    if (!outcomes) return outcomes.error();
    const Total total = add_up(tasks, outcomes.value());
    if (Status all = arrived(total, total.put); !all) return all;
    // Of workers that share a CPU one may be done before another has begun.
    if (what.placement != Placement::kOversubscribed) {
      sample.cpu_lost = std::max(sample.cpu_lost, total.cpu_lost);
    }
    (phase == Phase::kQueued ? sample.queued : sample.hand_over) =
        percentiles_of(tasks, outcomes.value(), page_.page());
  }
  return Done{};
}

}  // namespace ringside::bench
