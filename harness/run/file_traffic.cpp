// SPDX-License-Identifier: BSD-3-Clause
// pcap and null ports: the drivers do it all. Packets of pcap ports are in files before the server
// starts; null ports feed themselves and keep nothing.
#include <fmt/format.h>

#include <filesystem>

#include "harness/pcap/capture_file.hpp"
#include "harness/run/traffic.hpp"

namespace ringside::harness {
namespace {

class FileTraffic final : public Traffic {
 public:
  explicit FileTraffic(const TrafficSetup& setup) : setup_(setup) {}

  Result<std::vector<std::string>> prepare() override {
    std::vector<std::string> vdevs;
    for (unsigned port = 0; port < setup_.scenario.port_count; ++port) {
      vdevs.push_back(vdev_argument(setup_.scenario.ports, port));
    }
    if (is_null()) return vdevs;
    auto frames = frames_by_port(setup_.scenario, setup_.captures);
    if (!frames) return frames.error();
    frames_ = std::move(*frames);
    for (unsigned port = 0; port < frames_.size(); ++port) {
      const Status written = write_capture(path(input_file(port)), frames_[port]);
      if (!written) return written.error();
    }
    return vdevs;
  }

  Status open(Cluster&) override { return Done{}; }
  Status send(const Step&) override { return Done{}; }
  std::uint64_t sending() override { return 0; }

  std::uint64_t sent() override {
    std::uint64_t total = 0;
    for (const auto& frames : frames_) total += frames.size();
    return total;
  }

  void close(const std::vector<std::uint64_t>&) override {}

  void observe(Observation& observation) override {
    for (unsigned index = 0; index < setup_.scenario.port_count; ++index) {
      PortObservation port = blank_port(index);
      if (is_null()) {
        port.sent_known = port.captured_known = false;
      } else {
        port.sent_name = capture_name(index);
        port.sent = std::move(frames_[index]);
        port.captured_name = output_file(index);
        auto captured = read_capture(path(output_file(index)), EmptyCapture::kAccept);
        if (captured) {
          port.captured = std::move(*captured);
        } else {
          port.capture_error = captured.error().message;
        }
      }
      observation.ports.push_back(std::move(port));
    }
  }

 private:
  /// The user's name of what was sent into the port; empty when nothing was.
  std::string capture_name(unsigned port) const {
    std::string name;
    for (const Step& step : setup_.scenario.steps) {
      if (step.verb != Verb::kSend || step.port != port) continue;
      name = std::filesystem::path(step.capture).filename();
    }
    return name;
  }
  bool is_null() const { return setup_.scenario.ports == PortKind::kNull; }
  std::string path(const std::string& file) const {
    return fmt::format("{}/{}", setup_.directory, file);
  }

  TrafficSetup setup_;
  std::vector<FrameList> frames_;
};

}  // namespace

std::unique_ptr<Traffic> make_file_traffic(const TrafficSetup& setup) {
  return std::make_unique<FileTraffic>(setup);
}

}  // namespace ringside::harness
