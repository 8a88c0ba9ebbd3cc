// SPDX-License-Identifier: BSD-3-Clause
// Live ports: tcpreplay sends through the kernel, libpcap captures at the far end.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/live/live_ports.hpp"
#include "harness/pcap/capture_file.hpp"
#include "harness/run/traffic.hpp"

namespace ringside::harness {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class LiveTraffic final : public Traffic {
 public:
  explicit LiveTraffic(const TrafficSetup& setup) : setup_(setup) {}

  struct Send {
    Step step;
    FrameList frames;
    std::string log;
    std::unique_ptr<Process> process;
    std::optional<SenderReport> report;
  };

  Result<std::vector<std::string>> prepare() override {
    auto ports = LivePorts::create(
        {setup_.name, setup_.scenario.port_count, setup_.max_frame, setup_.directory},
        setup_.world.launcher, setup_.world.clock);
    if (!ports) return ports.error();
    ports_.emplace(std::move(*ports));
    std::vector<std::string> vdevs;
    for (unsigned port = 0; port < setup_.scenario.port_count; ++port) {
      vdevs.push_back(ports_->vdev_argument(port));
    }
    return vdevs;
  }

  Status open(Cluster&) override {
    for (unsigned port = 0; port < setup_.scenario.port_count; ++port) {
      auto capture = ports_->capture(port);
      if (!capture) return capture.error();
      captures_.push_back(std::move(*capture));
    }
    return Done{};
  }

  Status send(const Step& step) override {
    const auto capture = setup_.captures.get(step.capture);
    if (!capture) return capture.error();
    Send send{step, {}, {}, nullptr, std::nullopt};
    append_repeated(**capture, offered(step, **capture), send.frames);
    const std::string file = fmt::format("{}/s{}.pcap", setup_.directory, sends_.size());
    const Status written = write_capture(file, send.frames);
    if (!written) return written;
    send.log = fmt::format("{}/sender{}", setup_.directory, sends_.size());
    auto process =
        setup_.world.launcher.start(ports_->sender({step.port, file, 1, step.pace}, send.log));
    if (!process) return process.error();
    send.process = std::move(*process);
    sends_.push_back(std::move(send));
    return Done{};
  }

  std::uint64_t sending() override {
    std::uint64_t running = 0;
    for (auto& send : sends_) {
      if (!send.process->poll()) {
        ++running;
      } else if (!send.report) {
        send.report = parse_sender_report(contents(send.log));
      }
    }
    return running;
  }

  std::uint64_t heartbeat() override {
    for (const auto& send : sends_) {
      if (!send.process->is_stopped()) ++beats_;
    }
    return beats_;
  }

  std::uint64_t sent() override {
    sending();
    std::uint64_t total = 0;
    for (const auto& send : sends_) total += send.report ? send.report->sent : 0;
    return total;
  }

  std::optional<Error> failure() override {
    sending();
    for (const auto& send : sends_) {
      if (send.process->poll() && !send.report) {
        return environment_error("tcpreplay failed: " + contents(send.log));
      }
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> captured() override { return count_captured(); }

  std::optional<Fact> fact(const std::string& name) override {
    if (name != "wire.captured") return std::nullopt;
    return Fact(static_cast<std::int64_t>(count_captured()));
  }

  void stop_sends() override {
    for (auto& send : sends_) {
      stop_process(setup_.world.clock, *send.process, SIGINT,
                   Deadline(setup_.world.clock, std::chrono::seconds(2)));
    }
    sending();
  }

  void close(const std::vector<std::uint64_t>& transmitted) override {
    std::uint64_t claimed = 0;
    for (const auto count : transmitted) claimed += count;
    std::uint64_t before = ~std::uint64_t{0};
    Deadline stall(setup_.world.clock, setup_.patience.stall);
    wait_until(setup_.world.clock, Deadline::never(setup_.world.clock), setup_.world.interrupted,
               [&] {
                 const std::uint64_t now = count_captured();
                 if (now != before) {
                   stall = Deadline(setup_.world.clock, setup_.patience.stall / 5);
                 }
                 before = now;
                 return now >= claimed || stall.passed();
               });
  }

  void observe(Observation& observation) override {
    for (unsigned index = 0; index < setup_.scenario.port_count; ++index) {
      PortObservation port = blank_port(index);
      for (auto& send : sends_) {
        if (send.step.port != index) continue;
        port.sent_name = std::filesystem::path(send.step.capture).filename();
        port.sent.add(send.frames);
        if (send.report) port.refused += send.frames.size() - send.report->sent;
      }
      LiveCaptured captured = captures_.at(index).stop();
      port.captured_name = fmt::format("port {}", index);
      port.captured = std::move(captured.frames);
      port.capture_error = captured.error;
      if (port.capture_error.empty() && captured.lost_by_capture != 0) {
        port.capture_error = fmt::format("the capture at port {} itself lost {} frames", index,
                                         captured.lost_by_capture);
      }
      const LinkDrops drops = ports_->link_drops(index);
      if (port.capture_error.empty() && drops.to_server + drops.from_server != 0) {
        port.capture_error =
            fmt::format("the kernel dropped {} frames on the link of port {}: send more slowly",
                        drops.to_server + drops.from_server, index);
      }
      const Status kept =
          write_capture(fmt::format("{}/{}", setup_.directory, output_file(index)), port.captured);
      if (!kept && port.capture_error.empty()) port.capture_error = kept.error().message;
      observation.ports.push_back(std::move(port));
    }
    captures_.clear();
  }

 private:
  std::uint64_t count_captured() const {
    std::uint64_t total = 0;
    for (const auto& capture : captures_) total += capture.count();
    return total;
  }

  TrafficSetup setup_;
  std::optional<LivePorts> ports_;
  std::vector<LiveCapture> captures_;
  std::vector<Send> sends_;
};

}  // namespace

std::unique_ptr<Traffic> make_live_traffic(const TrafficSetup& setup) {
  return std::make_unique<LiveTraffic>(setup);
}

}  // namespace ringside::harness
