// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/recovery_tally.hpp"

namespace ringside::harness {
namespace {

void add(const char* name, const std::optional<double>& value, FigureRow& row, Series& series) {
  if (!value) return;
  series.add(*value);
  row.figures.push_back({name, *value});
}

}  // namespace

std::optional<double> detect_ms(const Change& change) {
  if (!change.struck_ns) return std::nullopt;
  return milliseconds(change.seen_ns - *change.struck_ns);
}

std::optional<double> flow_again_ms(const Change& change) {
  if (!change.again_ns) return std::nullopt;
  return milliseconds(*change.again_ns - std::min(change.begin_ns(), *change.again_ns));
}

FigureRow Tally::add(const Change& change, std::string what) {
  FigureRow row{std::move(what), {}};
  ++changes_;
  harness::add("detect_ms", detect_ms(change), row, detect_);
  harness::add("flow_again_ms", flow_again_ms(change), row, again_);
  if (change.departs()) {
    redispatched_ += change.packets;
    row.figures.push_back({"redispatched", static_cast<double>(change.packets)});
    if (change.lost > 0) row.figures.push_back({"lost", static_cast<double>(change.lost)});
  }
  if (change.delayed > 0) {
    delayed_ += change.delayed;
    row.figures.push_back({"delayed", static_cast<double>(change.delayed)});
  }
  harness::add("blocked_ms", change.blocked_ms, row, blocked_);
  harness::add("pause_ms", change.pause_ms, row, pause_);
  if (change.flows != 0) add_moves(change, row);
  return row;
}

void Tally::add_moves(const Change& change, FigureRow& row) {
  row.figures.push_back({"flows", static_cast<double>(change.flows)});
  row.figures.push_back({"moved", static_cast<double>(change.moved)});
  row.figures.push_back({"least", static_cast<double>(change.least)});
  // One that nobody stopped may be a suspect for so short a time that the few flows say nothing.
  if (change.kind == ChangeKind::kSuspect && !change.struck_ns) return;
  flows_ += change.flows, moved_ += change.moved, least_ += change.least;
  all_flows_ += change.all_flows, all_moved_ += change.all_moved;
  if (change.clients == 0) nth_parts_.reset();
  if (!nth_parts_) return;
  *nth_parts_ += static_cast<double>(change.all_flows) / static_cast<double>(change.clients);
}

std::string Tally::traffic_text() const {
  std::string text;
  if (!again_.empty()) text += ", flows again after " + again_.text();
  text += fmt::format(", {} re-dispatched", counted(redispatched_, "packet"));
  if (delayed_ > 0) text += fmt::format(", {} delayed", delayed_);
  if (!blocked_.empty()) text += ": blocked for " + blocked_.text();
  if (!pause_.empty()) text += ", a survivor paused for " + pause_.text();
  return text;
}

std::string Tally::moves_text() const {
  if (flows_ == 0) return "";
  return fmt::format(", {} of {} flows moved (least possible {})", moved_, flows_, least_);
}

std::optional<double> Tally::moved_excess() const {
  if (flows_ == 0) return std::nullopt;
  return (static_cast<double>(moved_) - static_cast<double>(least_)) / static_cast<double>(flows_);
}

std::optional<double> Tally::moved_beyond_share() const {
  if (all_flows_ == 0 || !nth_parts_) return std::nullopt;
  return (static_cast<double>(all_moved_) - *nth_parts_) / static_cast<double>(all_flows_);
}

void Tally::figures(const std::string& prefix, std::vector<Figure>& figures) const {
  again_.figures(prefix + "flow_again_ms", figures);
  blocked_.figures(prefix + "blocked_ms", figures);
  pause_.figures(prefix + "pause_ms", figures);
}

}  // namespace ringside::harness
