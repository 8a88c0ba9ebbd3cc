// SPDX-License-Identifier: BSD-3-Clause
// What the wire does on each request. Each function returns the reply; an empty one comes later.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "wire/replies.hpp"
#include "wire/wire.hpp"

namespace ringside::wire {
namespace {

/// Both clocks at one moment: of a few tries the one during which the least time passed.
Clocks read_clocks(const dpdk::TscClock& clock) {
  Clocks best;
  std::uint64_t least = ~std::uint64_t{0};
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::uint64_t before = dpdk::TscClock::tsc();
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const std::uint64_t passed = dpdk::TscClock::tsc() - before;
    if (passed >= least) continue;
    least = passed;
    best = {clock.wall_ns(before + passed / 2),
            static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count())};
  }
  return best;
}

}  // namespace

std::string Wire::carry_out(const Tag& tag, const Load& load) {
  Result<pcap::Capture> capture = pcap::read_capture(load.file);
  if (!capture) return error_reply(tag, capture.error().message);
  if (capture->empty()) {
    return error_reply(tag, fmt::format("capture {} holds no packets to send", load.file));
  }
  auto kept = std::make_shared<const pcap::Capture>(*std::move(capture));
  captures_[load.as] = kept;
  return load_reply(tag, kept->size(), kept->total_bytes());
}

std::string Wire::carry_out(const Tag& tag, const Send& send) {
  Sender& sender = ports_[send.port].sender;
  const auto capture = captures_.find(send.capture);
  if (capture == captures_.end()) {
    return error_reply(tag, fmt::format("no capture '{}' is loaded; load it first", send.capture));
  }
  if (sender.busy()) {
    return error_reply(tag, fmt::format("port {} is sending already; wait for its reply or "
                                        "stop-send it",
                                        send.port));
  }
  if (server_gone()) return error_reply(tag, kServerStopped);
  std::optional<pcap::CaptureWriter> record;
  if (!send.record.empty()) {
    Result<pcap::CaptureWriter> writer = pcap::CaptureWriter::create(send.record);
    if (!writer) return error_reply(tag, writer.error().message);
    record.emplace(*std::move(writer));
  }
  const std::uint64_t now = clock_.since_start_ns(dpdk::TscClock::tsc());
  sender.start(tag, SendJob(capture->second, send, now), std::move(record));
  return {};  // the reply comes when the send has finished
}

std::string Wire::carry_out(const Tag& tag, const StopSend& stop) {
  Sender& sender = ports_[stop.port].sender;
  if (!sender.busy()) {
    return error_reply(tag, fmt::format("port {} is not sending", stop.port));
  }
  reply(sender.abort(Done{}));
  return ok_reply(tag);
}

std::string Wire::carry_out(const Tag& tag, const StartCapture& capture) {
  Receiver& receiver = ports_[capture.port].receiver;
  if (receiver.capturing()) {
    return error_reply(
        tag, fmt::format("port {} is captured already; stop-capture it first", capture.port));
  }
  const Status started = receiver.start_capture(capture.file);
  return started ? ok_reply(tag) : error_reply(tag, started.error().message);
}

std::string Wire::carry_out(const Tag& tag, const StopCapture& capture) {
  Receiver& receiver = ports_[capture.port].receiver;
  if (!receiver.capturing()) {
    return error_reply(tag, fmt::format("port {} is not captured", capture.port));
  }
  const Result<std::uint64_t> packets = receiver.stop_capture();
  return packets ? stop_capture_reply(tag, *packets) : error_reply(tag, packets.error().message);
}

std::string Wire::carry_out(const Tag& tag, const Pause& pause) {
  ports_[pause.port].receiver.pause(true);
  return ok_reply(tag);
}

std::string Wire::carry_out(const Tag& tag, const Resume& resume) {
  ports_[resume.port].receiver.pause(false);
  return ok_reply(tag);
}

std::string Wire::carry_out(const Tag& tag, const Report&) {
  std::vector<PortReport> reports;
  for (const Port& port : ports_) {
    reports.push_back({port.sender.sent(), port.sender.refused(), port.receiver.captured(),
                       port.sender.busy(), port.receiver.latency().summary()});
  }
  return report_reply(tag, reports, read_clocks(clock_));
}

std::string Wire::carry_out(const Tag& tag, const Forget&) {
  for (Port& port : ports_) port.receiver.forget_latency();
  return ok_reply(tag);
}

std::string Wire::carry_out(const Tag& tag, const Quit&) {
  finish();
  ending_ = true;
  return ok_reply(tag);
}

}  // namespace ringside::wire
