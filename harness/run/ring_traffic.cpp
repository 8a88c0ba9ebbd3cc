// SPDX-License-Identifier: BSD-3-Clause
// Ring ports: mp_wire sends and captures.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/pcap/capture_file.hpp"
#include "harness/run/traffic.hpp"

namespace ringside::harness {
namespace {

class RingTraffic final : public Traffic {
 public:
  explicit RingTraffic(const TrafficSetup& setup) : setup_(setup) {}

  /// A send and what became of it.
  struct Send {
    WireClient::Ticket ticket;
    Step step;
    std::string record;  ///< file with the accepted packets; empty: those are the first `sent` ones
    std::optional<WireReply> reply;
  };

  Result<std::vector<std::string>> prepare() override {
    // mp_wire reads the files itself; a bad one is found here, with a sentence, before anything
    // starts.
    for (const auto& step : setup_.scenario.steps) {
      if (step.verb != Verb::kSend) continue;
      const auto capture = setup_.captures.get(step.capture);
      if (!capture) return capture.error();
    }
    return std::vector<std::string>{};
  }

  Status open(Cluster& cluster) override {
    auto process = cluster.start_wire();
    if (!process) return process.error();
    wire_.emplace(**process);
    const Status ready = wait("mp_wire did not become ready", setup_.patience.start,
                              [&] { return wire_->ready() || (*process)->poll().has_value(); });
    if (!ready) return ready.error();
    if (!wire_->ready()) {
      return Error{*cluster.unexpected_end(), ExitCode::kEnvironment};
    }
    std::vector<WireClient::Ticket> tickets;
    for (unsigned port = 0; port < setup_.scenario.port_count; ++port) {
      tickets.push_back(wire_->capture(port, output_file(port)));
    }
    return wait_for_replies("mp_wire did not start to capture", tickets);
  }

  Status send(const Step& step) override {
    WireSend send;
    send.port = step.port;
    send.file = step.capture;
    send.count = step.count;
    send.loops = step.loops;
    send.pace = step.pace;
    if (step.pace.kind != Pace::Kind::kAsap) send.record = fmt::format("s{}.pcap", sends_.size());
    sends_.push_back({wire_->send(send), step, send.record, std::nullopt});
    return Done{};
  }

  std::uint64_t sending() override {
    poll_replies();
    return static_cast<std::uint64_t>(std::count_if(
        sends_.begin(), sends_.end(), [](const Send& send) { return !send.reply.has_value(); }));
  }

  std::uint64_t sent() override {
    poll_report();
    if (sending() == 0) {
      std::uint64_t total = 0;
      for (const auto& send : sends_) total += send.reply->sent;
      return total;
    }
    return sum(&WirePortReport::sent);
  }

  std::uint64_t heartbeat() override {
    poll_report();
    return beats_;
  }

  std::optional<std::uint64_t> captured() override {
    poll_report();
    return sum(&WirePortReport::captured);
  }

  std::optional<Error> failure() override {
    poll_replies();
    for (const auto& send : sends_) {
      if (send.reply && !send.reply->ok) return Error{"mp_wire: " + send.reply->error};
    }
    return std::nullopt;
  }

  std::optional<Fact> fact(const std::string& name) override {
    if (name.rfind("wire.", 0) != 0) return std::nullopt;
    poll_report();
    const auto dot = name.rfind('.');
    const std::string field = name.substr(dot + 1);
    std::uint64_t WirePortReport::*member = field == "sent"       ? &WirePortReport::sent
                                            : field == "refused"  ? &WirePortReport::refused
                                            : field == "captured" ? &WirePortReport::captured
                                                                  : nullptr;
    if (member == nullptr || !report_) return std::nullopt;
    if (dot == 4) return Fact(static_cast<std::int64_t>(sum(member)));
    for (const auto& port : *report_) {
      if (name.substr(0, dot) == fmt::format("wire.port{}", port.port)) {
        return Fact(static_cast<std::int64_t>(port.*member));
      }
    }
    return std::nullopt;
  }

  void stop_sends() override {
    if (!wire_) return;
    for (const auto& send : sends_) {
      if (!send.reply) wire_->stop_send(send.step.port);
    }
    (void)wait("sends did not end", setup_.patience.stop, [&] { return sending() == 0; });
  }

  Status pause_port(unsigned port, bool pause) override {
    return wait_for_replies("mp_wire did not pause",
                            {pause ? wire_->pause(port) : wire_->resume(port)});
  }

  void close(const std::vector<std::uint64_t>& transmitted) override;
  void observe(Observation& observation) override;

 private:
  Status wait(const std::string& what, Duration duration, const std::function<bool()>& condition) {
    const WaitEnd end =
        wait_until(setup_.world.clock, setup_.patience.deadline(setup_.world.clock, duration),
                   setup_.world.interrupted, condition);
    if (end == WaitEnd::kMet) return Done{};
    return wait_error(end, what);
  }

  Status wait_for_replies(const std::string& what, const std::vector<WireClient::Ticket>& tickets) {
    std::optional<Error> refused;
    const Status status = wait(what, setup_.patience.start, [&] {
      return std::all_of(tickets.begin(), tickets.end(), [&](WireClient::Ticket ticket) {
        const auto reply = wire_->reply(ticket);
        if (reply && !reply->ok) refused = Error{"mp_wire: " + reply->error};
        return reply.has_value();
      });
    });
    if (refused) return *refused;
    return status;
  }

  void poll_replies() {
    for (auto& send : sends_) {
      if (!send.reply) send.reply = wire_->reply(send.ticket);
    }
  }

  /// Asks for a report, or takes the one that was asked for; never waits.
  void poll_report() {
    if (!wire_) return;
    if (asked_) {
      auto report = wire_->report_reply(*asked_);
      if (!report) return;
      ++beats_;
      if (!report->ports.empty()) report_ = std::move(report->ports);
      if (report->clock) {
        if (!clock_) clock_ = CaptureClock{*report->clock, *report->clock};
        clock_->last = *report->clock;
      }
    }
    asked_ = wire_->report();
  }

  std::uint64_t sum(std::uint64_t WirePortReport::*member) const {
    std::uint64_t total = 0;
    if (report_) {
      for (const auto& port : *report_) total += port.*member;
    }
    return total;
  }

  void add_sent(const Send& send, PortObservation& port) {
    if (!send.reply) return;
    if (!send.record.empty()) {
      auto accepted =
          read_capture(fmt::format("{}/{}", setup_.directory, send.record), EmptyCapture::kAccept);
      if (accepted) port.sent.add(*accepted);
      return;
    }
    const auto capture = setup_.captures.get(send.step.capture);
    if (!capture) return;
    port.sent_period = port.sent.empty() ? (*capture)->size() : 0;
    append_repeated(**capture, send.reply->sent, port.sent);
    if (port.sent.size() <= port.sent_period) port.sent_period = 0;
  }

  TrafficSetup setup_;
  std::optional<WireClient> wire_;
  std::vector<Send> sends_;
  std::optional<WireClient::Ticket> asked_;
  std::optional<std::vector<WirePortReport>> report_;
  std::optional<CaptureClock> clock_;
};

void RingTraffic::close(const std::vector<std::uint64_t>& transmitted) {
  if (!wire_) return;
  stop_sends();
  for (unsigned port = 0; port < setup_.scenario.port_count; ++port) wire_->resume(port);
  // The server is gone, but what it put out may still lie in the rings that the wire empties.
  // Should less come than the server claims, the checks will say so: here it only ends the waiting.
  std::uint64_t claimed = 0;
  for (const auto count : transmitted) claimed += count;
  std::uint64_t before = ~std::uint64_t{0};
  Deadline stall(setup_.world.clock, setup_.patience.stall);
  (void)wait("", setup_.patience.stop * 4, [&] {
    poll_report();
    const std::uint64_t captured = sum(&WirePortReport::captured);
    if (captured != before) stall = Deadline(setup_.world.clock, setup_.patience.stall / 5);
    before = captured;
    return (report_ && captured >= claimed) || stall.passed();
  });
  std::vector<WireClient::Ticket> tickets;
  for (unsigned port = 0; port < setup_.scenario.port_count; ++port) {
    tickets.push_back(wire_->stop_capture(port));
  }
  (void)wait_for_replies("mp_wire did not complete its captures", tickets);
}

void RingTraffic::observe(Observation& observation) {
  for (unsigned index = 0; index < setup_.scenario.port_count; ++index) {
    PortObservation port = blank_port(index);
    for (const auto& send : sends_) {
      if (send.step.port != index) continue;
      port.sent_name = std::filesystem::path(send.step.capture).filename();
      add_sent(send, port);
    }
    port.captured_name = output_file(index);
    auto captured = read_capture(fmt::format("{}/{}", setup_.directory, output_file(index)),
                                 EmptyCapture::kAccept);
    if (captured) {
      port.captured = std::move(*captured);
    } else {
      port.capture_error = captured.error().message;
    }
    observation.ports.push_back(std::move(port));
  }
  observation.capture_clock = clock_;
  if (!report_) return;
  for (const auto& port : *report_) {
    observation.wire.push_back({port.port, port.sent, port.refused, port.captured});
  }
}

}  // namespace

std::unique_ptr<Traffic> make_ring_traffic(const TrafficSetup& setup) {
  return std::make_unique<RingTraffic>(setup);
}

}  // namespace ringside::harness
