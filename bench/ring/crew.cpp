// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/crew.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "core/idle.hpp"
#include "core/parse_number.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/ring.hpp"

extern char** environ;

namespace ringside::bench {
namespace {

constexpr auto kHelperStart = std::chrono::seconds(10);
constexpr auto kHelperEnd = std::chrono::seconds(2);
// Workers give up by themselves before that.
constexpr int kReplyMilliseconds = (kPatience + 20) * 1000;

struct TaskMessage {
  unsigned count = 0;
  std::array<Task, kMaxWorkers> tasks;
};
struct OutcomeMessage {
  unsigned count = 0;  ///< 0: the ring was not found
  std::array<Outcome, kMaxWorkers> outcomes;
};

template <typename Message>
bool send_message(int socket, const Message& message) {
  return ::send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

/// False: the other side is gone, or said nothing for so long (-1: any time).
template <typename Message>
bool receive_message(int socket, Message& message, int milliseconds) {
  ::pollfd readable{socket, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&readable, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && ::recv(socket, &message, sizeof message, 0) == sizeof message;
}

Error helper_lost() {
  return environment_error("the helper process (the DPDK secondary) ended or hangs");
}

OutcomeMessage do_tasks(const TaskMessage& message, SharedPage& page) {
  OutcomeMessage reply;
  const Result<dpdk::RingView> ring = dpdk::RingView::look_up(message.tasks[0].ring);
  if (!ring) return reply;
  const auto outcomes = run_here({message.tasks.data(), message.count}, ring.value().get(), page);
  reply.count = message.count;
  std::copy(outcomes.begin(), outcomes.end(), reply.outcomes.begin());
  return reply;
}

}  // namespace

std::vector<Outcome> run_here(std::span<const Task> tasks, ::rte_ring* ring, SharedPage& page) {
  std::vector<Outcome> outcomes(tasks.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = work(tasks[i], ring, page); });
  }
  for (std::thread& thread : threads) thread.join();
  return outcomes;
}

Result<Helper> Helper::start(const std::vector<std::string>& eal_args, const SharedPageFile& page) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return environment_error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
  }
  ::fcntl(ends[1], F_SETFD, 0);  // the helper's end is inherited
  std::vector<std::string> words{"ringside_ring_bench", kHelperWord, std::to_string(ends[1]),
                                 std::to_string(page.fd())};
  words.insert(words.end(), eal_args.begin(), eal_args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, argv.data(), environ);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    return environment_error(fmt::format("cannot start the helper: {}", std::strerror(failed)));
  }
  Helper helper(pid, ends[0]);
  OutcomeMessage ready;
  if (!receive_message(helper.socket_, ready, kReplyMilliseconds)) return helper_lost();
  return helper;
}

Helper::Helper(Helper&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::exchange(other.socket_, -1)) {}

Helper::~Helper() {
  if (pid_ < 0) return;
  ::close(socket_);
  const bool ended = poll_until(kHelperEnd, [&] { return ::waitpid(pid_, nullptr, WNOHANG) != 0; });
  if (ended) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Status Helper::begin(std::span<const Task> tasks) {
  TaskMessage message;
  message.count = static_cast<unsigned>(tasks.size());
  std::copy(tasks.begin(), tasks.end(), message.tasks.begin());
  if (!send_message(socket_, message)) return helper_lost();
  return Done{};
}

Result<std::vector<Outcome>> Helper::finish() {
  OutcomeMessage reply;
  if (!receive_message(socket_, reply, kReplyMilliseconds) || reply.count == 0) {
    return helper_lost();
  }
  return std::vector<Outcome>(reply.outcomes.begin(), reply.outcomes.begin() + reply.count);
}

Status run_helper(std::vector<std::string> words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto number = [&](std::size_t i) {
    return i < words.size() ? parse_number<int>(words[i]) : std::nullopt;
  };
  if (!number(0) || !number(1)) return Error{"--helper is for this program's own use"};
  const int socket = *number(0);
  auto page = SharedPageFile::map(*number(1));
  if (!page) return page.error();
  words.erase(words.begin(), words.begin() + 2);
  words.insert(words.begin(), "ringside_ring_bench");
  auto eal = dpdk::Eal::start_secondary(
      words, kHelperStart, [] { return false; },
      [](const Error& error) {
        fmt::print(stderr, "ringside_ring_bench: error: helper: {}\n", error.message);
        return static_cast<int>(error.code);
      });
  if (!eal) return eal.error();
  eal->arrived();
  OutcomeMessage ready;
  TaskMessage message;
  if (!send_message(socket, ready)) return helper_lost();
  while (receive_message(socket, message, -1)) {
    if (!send_message(socket, do_tasks(message, page->page()))) break;
  }
  return Done{};
}

}  // namespace ringside::bench
