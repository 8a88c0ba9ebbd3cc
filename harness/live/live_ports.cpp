// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/live_ports.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "harness/live/interfaces.hpp"
#include "harness/live/network_namespace.hpp"
#include "harness/live/sender.hpp"
#include "harness/run/posix_process.hpp"

namespace ringside::harness {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);
constexpr std::size_t kLongestName = 10;  // with "p" and the port's number within IFNAMSIZ - 1
constexpr const char* kNoFile = "/dev/null";

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> inside(const NetworkNamespace& space, std::vector<std::string> words) {
  words.insert(words.begin(), {"nsenter", "--net=" + space.path(), "--"});
  return words;
}

/// Runs a helper program to its end, its errors into `log`.
Status run_helper(Launcher& launcher, Clock& clock, std::vector<std::string> words,
                  const std::string& log) {
  ProcessSpec spec;
  spec.name = words.front();
  spec.argv = std::move(words);
  spec.stdout_file = kNoFile;
  spec.stderr_file = log;
  auto started = launcher.start(spec);
  if (!started) return started.error();
  // Interrupts do not cut this short: what is half made could not be told from what is whole.
  const InterruptFlag never{0};
  std::optional<ProcessEnd> end;
  wait_until(clock, Deadline(clock, kPatience), never, [&] {
    end = (*started)->poll();
    return end.has_value();
  });
  if (end && end->exit_code == 0) return Done{};
  return environment_error(fmt::format("{} failed ({}) {}", spec.name,
                                       end ? end->text() : "it did not end", contents(log)));
}

std::string drops_text(const FileDescriptor& network_namespace) {
  std::string text;
  [[maybe_unused]] const Status entered = run_inside(network_namespace, [&]() -> Status {
    text = contents("/proc/thread-self/net/dev");
    return Done{};
  });
  return text;
}

}  // namespace

struct LivePorts::Impl {
  LiveSpec spec;
  NetworkNamespace far;
  NetworkNamespace near;

  std::string near_name(unsigned port) const { return fmt::format("{}p{}", spec.name, port); }
  static std::string far_name(unsigned port) { return fmt::format("p{}", port); }

  Status make(Launcher& launcher, Clock& clock);
  Status batch(Launcher& launcher, Clock& clock, const std::string& lines, bool in_far) const;
};

Status LivePorts::Impl::batch(Launcher& launcher, Clock& clock, const std::string& lines,
                              bool in_far) const {
  const std::string file = spec.directory + (in_far ? "/live-far.ip" : "/live-near.ip");
  std::ofstream(file) << lines;
  std::vector<std::string> words = {"ip", "-batch", file};
  if (in_far) words = inside(far, std::move(words));
  return run_helper(launcher, clock, std::move(words), file + ".log");
}

Status LivePorts::Impl::make(Launcher& launcher, Clock& clock) {
  std::string near_lines;
  std::string far_lines;
  for (unsigned port = 0; port < spec.ports; ++port) {
    near_lines += veth_batch(near_name(port), far_name(port), far.path(), spec.max_frame);
    near_lines += quiet_up_batch(near_name(port));
    far_lines += quiet_up_batch(far_name(port));
  }
  const Status made = batch(launcher, clock, near_lines, false);
  if (!made) return made;
  const Status up = batch(launcher, clock, far_lines, true);
  if (!up) return up;
  for (unsigned port = 0; port < spec.ports; ++port) turn_offloads_off(near_name(port));
  return run_inside(far.descriptor(), [&]() -> Status {
    for (unsigned port = 0; port < spec.ports; ++port) turn_offloads_off(far_name(port));
    return Done{};
  });
}

LivePorts::LivePorts(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LivePorts::LivePorts(LivePorts&&) noexcept = default;
LivePorts& LivePorts::operator=(LivePorts&&) noexcept = default;

LivePorts::~LivePorts() {
  if (!impl_) return;
  // Closing the namespace would remove the pairs too, but later, when the kernel gets to it.
  PosixLauncher launcher;
  SteadyClock clock;
  for (unsigned port = 0; port < impl_->spec.ports; ++port) {
    const std::string name = impl_->near_name(port);
    if (::if_nametoindex(name.c_str()) == 0) continue;
    [[maybe_unused]] const Status removed =
        run_helper(launcher, clock, {"ip", "link", "delete", "dev", name}, kNoFile);
  }
}

Result<LivePorts> LivePorts::create(const LiveSpec& spec, Launcher& launcher, Clock& clock) {
  if (spec.name.empty() || spec.name.size() > kLongestName) {
    return Error{fmt::format("'{}' does not fit into the names of interfaces", spec.name),
                 ExitCode::kInternal};
  }
  for (unsigned port = 0; port < spec.ports; ++port) {
    // Not ours: so it must not be removed by the destructor either.
    const std::string name = fmt::format("{}p{}", spec.name, port);
    if (::if_nametoindex(name.c_str()) != 0) {
      return environment_error(fmt::format("there is an interface {} already", name));
    }
  }
  auto far = NetworkNamespace::create();
  if (!far) return far.error();
  auto near = NetworkNamespace::own();
  if (!near) return near.error();
  LivePorts ports(std::make_unique<Impl>(Impl{spec, std::move(*far), std::move(*near)}));
  const Status made = ports.impl_->make(launcher, clock);
  if (!made) return made.error();
  return ports;
}

unsigned LivePorts::ports() const {
  return impl_->spec.ports;
}

std::string LivePorts::vdev_argument(unsigned port) const {
  const std::string name = impl_->near_name(port);
  return fmt::format("net_pcap{},rx_iface_in={},tx_iface={}", port, name, name);
}

Result<LiveCapture> LivePorts::capture(unsigned port) const {
  return LiveCapture::start(impl_->far.descriptor(), Impl::far_name(port), impl_->spec.max_frame);
}

ProcessSpec LivePorts::sender(const LiveSend& send, const std::string& log) const {
  ProcessSpec spec;
  spec.name = fmt::format("tcpreplay{}", send.port);
  spec.argv = inside(impl_->far, tcpreplay_words(Impl::far_name(send.port), send));
  spec.stdout_file = log;
  spec.stderr_file = log + ".err";
  return spec;
}

LinkDrops LivePorts::link_drops(unsigned port) const {
  return {transmit_drops(drops_text(impl_->far.descriptor()), Impl::far_name(port)).value_or(0),
          transmit_drops(drops_text(impl_->near.descriptor()), impl_->near_name(port)).value_or(0)};
}

std::optional<std::string> why_no_live_ports() {
  PosixLauncher launcher;
  SteadyClock clock;
  auto space = NetworkNamespace::create();
  if (!space) return space.error().message;
  const Status veth = run_helper(
      launcher, clock,
      inside(*space, {"ip", "link", "add", "name", "p0", "type", "veth", "peer", "name", "p1"}),
      kNoFile);
  if (!veth) {
    return "cannot make a veth pair: nsenter (util-linux), ip (iproute2) and the kernel's veth are "
           "needed";
  }
  const Status replay = run_helper(launcher, clock, {"tcpreplay", "--version"}, kNoFile);
  if (!replay) return "tcpreplay is not installed";
  return std::nullopt;
}

}  // namespace ringside::harness
