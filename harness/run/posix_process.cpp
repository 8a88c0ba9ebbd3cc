// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/posix_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "core/proc_stat.hpp"
#include "harness/run/file_descriptor.hpp"
#include "harness/run/session.hpp"

namespace ringside::harness {
namespace {

/// Everything the child needs between fork and exec, made ready before the fork: there, only
/// async-signal-safe calls are allowed.
struct ExecPlan {
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::vector<std::string> storage;
  std::string program;
  FileDescriptor stdin_fd, stdout_fd, stderr_fd;  ///< closed: inherit
  FileDescriptor failure;                         ///< errno goes here when exec fails
  const char* directory = nullptr;
  bool foreground = false;
  std::optional<unsigned> cpu;
  bool ahead = false;
  pid_t parent = 0;
};

std::string find_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* path = ::getenv("PATH");
  const std::string all = path != nullptr ? path : "/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= all.size();) {
    const std::size_t end = std::min(all.find(':', begin), all.size());
    const std::string candidate = all.substr(begin, end - begin) + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return program;
}

void fill_environment(const ProcessSpec& spec, ExecPlan& plan) {
  const auto is_replaced = [&](const char* entry) {
    for (const auto& [key, value] : spec.environment) {
      if (std::strncmp(entry, key.c_str(), key.size()) == 0 && entry[key.size()] == '=')
        return true;
    }
    return false;
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!is_replaced(*entry)) plan.envp.push_back(*entry);
  }
  for (std::size_t i = 0; i < spec.environment.size(); ++i) {
    plan.envp.push_back(plan.storage[i].data());
  }
  plan.envp.push_back(nullptr);
}

[[noreturn]] void child_fails(int failure_fd) {
  const int reason = errno;
  [[maybe_unused]] const auto written = ::write(failure_fd, &reason, sizeof(reason));
  ::_exit(127);
}

/// Without the right to do so the child runs as it is.
void take_cpu(const ExecPlan& plan) {
  if (plan.cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(*plan.cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  // In turns with its like: one that spins would not let another one on its CPU die by SIGKILL.
  const sched_param lowest{.sched_priority = ::sched_get_priority_min(SCHED_RR)};
  if (plan.ahead) ::sched_setscheduler(0, SCHED_RR, &lowest);
}

[[noreturn]] void become(ExecPlan& plan) {
  if (plan.foreground) {
    ::setpgid(0, 0);
  } else {
    // Makes a group, too. The kernel's autogroups give CPU time to sessions, and one with many busy
    // processes was seen to starve the kernel's own threads (Linux 6.18).
    ::setsid();
  }
  take_cpu(plan);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // ringside died before the line above
  if (plan.foreground) ::tcsetpgrp(STDIN_FILENO, ::getpid());
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTTOU}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int fds[] = {plan.stdin_fd.get(), plan.stdout_fd.get(), plan.stderr_fd.get()};
  for (int target = 0; target < 3; ++target) {
    if (fds[target] >= 0 && ::dup2(fds[target], target) < 0) child_fails(plan.failure.get());
  }
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) child_fails(plan.failure.get());
  ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
  child_fails(plan.failure.get());
}

class PosixProcess final : public Process {
 public:
  PosixProcess(pid_t pid, FileDescriptor to_child, FileDescriptor from_child,
               const ProcessSpec& spec)
      : name_(spec.name),
        pid_(pid),
        to_child_(std::move(to_child)),
        from_child_(std::move(from_child)),
        foreground_(spec.foreground),
        whole_session_(spec.whole_session && !spec.foreground) {}

  ~PosixProcess() override {
    if (poll()) return;
    ::kill(-pid_, SIGKILL);
    if (whole_session_) kill_rest_of_session(pid_);
    reap(0);
  }

  const std::string& name() const override { return name_; }
  int pid() const override { return pid_; }

  std::optional<ProcessEnd> poll() override {
    if (!end_) reap(WNOHANG);
    return end_;
  }

  bool is_stopped() override {
    // /proc, not waitid(WSTOPPED): that one reports changes, each once. "4711 (name) T ...".
    const std::string stat = proc_text(std::ifstream("/proc/" + std::to_string(pid_) + "/stat"));
    const auto end_of_name = stat.rfind(") ");
    return end_of_name != std::string::npos && stat[end_of_name + 2] == 'T';
  }

  void signal(int signal) override {
    if (!poll()) ::kill(-pid_, signal);
  }

  bool write(const std::string& text) override {
    std::size_t done = 0;
    while (done < text.size()) {
      const auto count = ::write(to_child_.get(), text.data() + done, text.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return true;
  }

  std::optional<std::string> read_line() override {
    for (;;) {
      const auto newline = received_.find('\n');
      if (newline != std::string::npos) {
        std::string line = received_.substr(0, newline);
        received_.erase(0, newline + 1);
        return line;
      }
      char buffer[4096];
      const auto count = ::read(from_child_.get(), buffer, sizeof(buffer));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return std::nullopt;
      received_.append(buffer, static_cast<std::size_t>(count));
    }
  }

 private:
  /// Fills end_ when the child has ended; blocks unless `options` has WNOHANG.
  void reap(int options) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | options) != 0) {
      if (errno != EINTR) return;
    }
    if (info.si_pid == 0) return;
    // Whatever it left behind in its group (a wrapped program) goes with it. Before the reaping:
    // until then the number cannot belong to anybody else.
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    end_ =
        info.si_code == CLD_EXITED ? ProcessEnd{info.si_status, 0} : ProcessEnd{-1, info.si_status};
    if (foreground_) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  }

  std::string name_;
  pid_t pid_;
  FileDescriptor to_child_;
  FileDescriptor from_child_;
  bool foreground_;
  bool whole_session_;
  std::string received_;
  std::optional<ProcessEnd> end_;
};

Result<FileDescriptor> open_log(const std::string& path) {
  FileDescriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  if (fd.get() < 0) {
    return environment_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  return fd;
}

/// Opens what the child gets as stdin, stdout and stderr; in `to_child` and `from_child`, our ends.
Status open_streams(const ProcessSpec& spec, ExecPlan& plan, FileDescriptor& to_child,
                    FileDescriptor& from_child) {
  if (spec.foreground) return Done{};
  if (spec.piped) {
    auto down = make_pipe();
    auto up = make_pipe();
    if (!down) return down.error();
    if (!up) return up.error();
    plan.stdin_fd = std::move(down->read_end);
    to_child = std::move(down->write_end);
    plan.stdout_fd = std::move(up->write_end);
    from_child = std::move(up->read_end);
    ::fcntl(from_child.get(), F_SETFL, O_NONBLOCK);
  } else {
    plan.stdin_fd = FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto out = open_log(spec.stdout_file);
    if (!out) return out.error();
    plan.stdout_fd = std::move(*out);
  }
  auto err = open_log(spec.stderr_file);
  if (!err) return err.error();
  plan.stderr_fd = std::move(*err);
  return Done{};
}

/// Blocks until the child has called exec (the pipe closes) or told why it could not.
int exec_failure(const FileDescriptor& from_child) {
  int reason = 0;
  ssize_t count = 0;
  do {
    count = ::read(from_child.get(), &reason, sizeof(reason));
  } while (count < 0 && errno == EINTR);
  return count == sizeof(reason) ? reason : 0;
}

}  // namespace

Result<std::unique_ptr<Process>> PosixLauncher::start(const ProcessSpec& spec) {
  ExecPlan plan;
  FileDescriptor to_child, from_child;
  const Status opened = open_streams(spec, plan, to_child, from_child);
  if (!opened) return opened.error();
  auto failure = make_pipe();
  if (!failure) return failure.error();

  plan.program = find_in_path(spec.argv.at(0));
  for (const auto& argument : spec.argv) plan.argv.push_back(const_cast<char*>(argument.c_str()));
  plan.argv.push_back(nullptr);
  for (const auto& [key, value] : spec.environment) plan.storage.push_back(key + "=" + value);
  fill_environment(spec, plan);
  plan.failure = std::move(failure->write_end);
  plan.directory = spec.directory.empty() ? nullptr : spec.directory.c_str();
  plan.foreground = spec.foreground;
  plan.cpu = spec.cpu;
  plan.ahead = spec.ahead;
  plan.parent = ::getpid();

  const pid_t pid = ::fork();
  if (pid < 0) return environment_error(fmt::format("cannot fork: {}", std::strerror(errno)));
  if (pid == 0) become(plan);
  plan.failure = FileDescriptor();
  const int reason = exec_failure(failure->read_end);
  if (reason != 0) {
    ::waitpid(pid, nullptr, 0);
    return environment_error(
        fmt::format("cannot start {} ({}): {}", spec.name, spec.argv[0], std::strerror(reason)));
  }
  return std::unique_ptr<Process>(
      std::make_unique<PosixProcess>(pid, std::move(to_child), std::move(from_child), spec));
}

}  // namespace ringside::harness
