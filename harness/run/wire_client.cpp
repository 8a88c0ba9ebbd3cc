// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/wire_client.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

using ParsedJson = nlohmann::json;

void set_pace(ParsedJson& request, const Pace& pace) {
  switch (pace.kind) {
    case Pace::Kind::kAsap:
      request["pace"] = "asap";
      break;
    case Pace::Kind::kRate:
      request["pace"] = "rate";
      request["rate"] = pace.rate;
      break;
    case Pace::Kind::kTiming:
      request["pace"] = "timing";
      request["speedup"] = pace.speedup;
      break;
  }
}

template <typename T>
T value_or(const ParsedJson& object, const char* key, T otherwise) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return otherwise;
  return found->is_number() || found->is_boolean() || found->is_string() ? found->get<T>()
                                                                         : otherwise;
}

}  // namespace

void WireClient::read_all() {
  while (const auto line = process_->read_line()) {
    const ParsedJson json = ParsedJson::parse(*line, nullptr, false);
    if (!json.is_object()) continue;
    if (json.value("event", "") == "ready") ready_ = true;
    if (json.contains("id") && json["id"].is_number_unsigned()) replies_[json["id"]] = *line;
  }
}

bool WireClient::ready() {
  read_all();
  return ready_;
}

WireClient::Ticket WireClient::request(std::string json_object) {
  ParsedJson json = ParsedJson::parse(json_object);
  json["id"] = ++last_;
  if (!process_->write(json.dump() + "\n")) {
    replies_[last_] = R"({"ok":false,"error":"mp_wire does not read any more"})";
  }
  return last_;
}

std::string WireClient::load(const std::string& file) {
  const auto [entry, is_new] = loaded_.emplace(file, fmt::format("c{}", loaded_.size()));
  if (is_new) request(ParsedJson{{"cmd", "load"}, {"file", file}, {"as", entry->second}}.dump());
  return entry->second;
}

WireClient::Ticket WireClient::send(const WireSend& send) {
  ParsedJson json{{"cmd", "send"}, {"port", send.port}, {"capture", load(send.file)}};
  if (send.count != 0) {
    json["count"] = send.count;
  } else {
    json["loops"] = send.loops;
  }
  set_pace(json, send.pace);
  if (!send.record.empty()) json["record"] = send.record;
  return request(json.dump());
}

WireClient::Ticket WireClient::capture(unsigned port, const std::string& file) {
  return request(ParsedJson{{"cmd", "capture"}, {"port", port}, {"file", file}}.dump());
}

WireClient::Ticket WireClient::stop_capture(unsigned port) {
  return request(ParsedJson{{"cmd", "stop-capture"}, {"port", port}}.dump());
}

WireClient::Ticket WireClient::stop_send(unsigned port) {
  return request(ParsedJson{{"cmd", "stop-send"}, {"port", port}}.dump());
}

WireClient::Ticket WireClient::pause(unsigned port) {
  return request(ParsedJson{{"cmd", "pause"}, {"port", port}}.dump());
}

WireClient::Ticket WireClient::resume(unsigned port) {
  return request(ParsedJson{{"cmd", "resume"}, {"port", port}}.dump());
}

WireClient::Ticket WireClient::report() {
  return request(R"({"cmd":"report"})");
}

WireClient::Ticket WireClient::forget() {
  return request(R"({"cmd":"forget"})");
}

void WireClient::quit() {
  process_->write("{\"cmd\":\"quit\"}\n");
}

std::optional<WireReply> WireClient::reply(Ticket ticket) {
  read_all();
  const auto found = replies_.find(ticket);
  if (found == replies_.end()) return std::nullopt;
  const ParsedJson json = ParsedJson::parse(found->second, nullptr, false);
  WireReply reply;
  reply.ok = value_or(json, "ok", false);
  reply.error = value_or(json, "error", std::string());
  reply.sent = value_or<std::uint64_t>(json, "sent", 0);
  reply.refused = value_or<std::uint64_t>(json, "refused", 0);
  reply.packets = value_or<std::uint64_t>(json, "packets", 0);
  reply.duration_ns = value_or<std::uint64_t>(json, "duration_ns", 0);
  return reply;
}

std::optional<WireReport> WireClient::report_reply(Ticket ticket) {
  read_all();
  const auto found = replies_.find(ticket);
  if (found == replies_.end()) return std::nullopt;
  WireReport report;
  const ParsedJson json = ParsedJson::parse(found->second, nullptr, false);
  if (json.contains("capture_ns") && json.contains("monotonic_ns")) {
    report.clock = {value_or<std::uint64_t>(json, "capture_ns", 0),
                    value_or<std::uint64_t>(json, "monotonic_ns", 0)};
  }
  for (const auto& port : json.value("ports", ParsedJson::array())) {
    report.ports.push_back({value_or(port, "port", 0u), value_or<std::uint64_t>(port, "sent", 0),
                            value_or<std::uint64_t>(port, "refused", 0),
                            value_or<std::uint64_t>(port, "captured", 0),
                            value_or(port, "sending", false),
                            port.contains("latency_ns") ? port["latency_ns"].dump() : "{}"});
  }
  replies_.erase(found);
  return report;
}

}  // namespace ringside::harness
