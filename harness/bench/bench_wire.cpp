// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/bench_wire.hpp"

#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

constexpr auto kAnswerPatience = std::chrono::seconds(30);
constexpr std::uint64_t kForEver = std::uint64_t{1} << 40;
constexpr unsigned kIn = 0;
constexpr unsigned kOut = 1;

}  // namespace

Status read_latency(const std::string& text, WireTotals& totals) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  try {
    totals.measured = json.at("count");
    totals.latency_ns = {json.at("p50"), json.at("p99"), json.at("p999")};
    totals.longest_ns = json.at("max");
  } catch (const nlohmann::json::exception&) {
    return Error{"mp_wire reported no latencies", ExitCode::kInternal};
  }
  return Done{};
}

Result<BenchWire> BenchWire::start(World& world, Cluster& cluster) {
  auto process = cluster.start_wire();
  if (!process) return process.error();
  BenchWire wire(world, **process);
  const Status ready = wire.wait("mp_wire did not become ready", kAnswerPatience, [&] {
    return wire.client_.ready() || (*process)->poll().has_value();
  });
  if (!ready) return ready.error();
  if (!wire.client_.ready()) return environment_error(*cluster.unexpected_end());
  return wire;
}

void BenchWire::send(const std::string& capture, std::uint64_t count, std::optional<double> rate) {
  WireSend send;
  send.port = kIn;
  send.file = capture;
  send.count = count;
  send.loops = kForEver;
  if (rate) send.pace = {Pace::Kind::kRate, *rate};
  send_ = client_.send(send);
}

Result<WireReply> BenchWire::wait_for_end(Duration patience) {
  std::optional<WireReply> reply;
  const Status status = wait("mp_wire did not end its send", patience,
                             [&] { return (reply = client_.reply(send_)).has_value(); });
  if (!status) return status.error();
  if (!reply->ok) return environment_error("mp_wire: " + reply->error);
  return *reply;
}

Status BenchWire::stop() {
  client_.stop_send(kIn);
  const auto ended = wait_for_end(kAnswerPatience);
  return ended ? Status(Done{}) : Status(ended.error());
}

Status BenchWire::forget_latencies() {
  return wait_for(client_.forget(), "mp_wire did not forget its latencies");
}

Result<WireTotals> BenchWire::totals() {
  const WireClient::Ticket ticket = client_.report();
  std::optional<WireReport> report;
  const Status status = wait("mp_wire did not report", kAnswerPatience,
                             [&] { return (report = client_.report_reply(ticket)).has_value(); });
  if (!status) return status.error();
  if (!report->clock || report->ports.size() <= kOut) {
    return Error{"mp_wire reported something else", ExitCode::kInternal};
  }
  WireTotals totals;
  totals.at_ns = report->clock->monotonic_ns;
  totals.sent = report->ports[kIn].sent;
  totals.refused = report->ports[kIn].refused;
  totals.delivered = report->ports[kOut].captured;
  if (Status read = read_latency(report->ports[kOut].latency_json, totals); !read) {
    return read.error();
  }
  return totals;
}

Status BenchWire::wait(const std::string& what, Duration patience,
                       const std::function<bool()>& condition) {
  const WaitEnd end =
      wait_until(world_->clock, Deadline(world_->clock, patience), world_->interrupted, condition);
  return end == WaitEnd::kMet ? Status(Done{}) : Status(wait_error(end, what));
}

Status BenchWire::wait_for(WireClient::Ticket ticket, const std::string& what) {
  std::optional<WireReply> reply;
  const Status status =
      wait(what, kAnswerPatience, [&] { return (reply = client_.reply(ticket)).has_value(); });
  if (status && !reply->ok) return environment_error("mp_wire: " + reply->error);
  return status;
}

}  // namespace ringside::harness
