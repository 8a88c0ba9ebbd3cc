// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/facts.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace ringside::harness {
namespace {

using ParsedJson = nlohmann::json;

/// The counts alone: a page behind the last event has no events.
constexpr const char* kEventCounts = "/mp/events,18446744073709551615";

void add(const ParsedJson& json, const std::string& name, FactMap& facts) {
  if (json.is_object()) {
    for (const auto& [raw_key, value] : json.items()) {
      std::string key = raw_key;
      std::replace(key.begin(), key.end(), '/', '.');  // telemetry's names may hold no dot
      add(value, name.empty() || name.back() == '.' ? name + key : name + "." + key, facts);
    }
  } else if (json.is_number()) {
    facts.emplace(name, json.get<std::int64_t>());
  } else if (json.is_boolean()) {
    facts.emplace(name, std::int64_t{json.get<bool>() ? 1 : 0});
  } else if (json.is_string()) {
    facts.emplace(name, json.get<std::string>());
  }
}

bool is_numbered(const std::string& name, const std::string& word) {
  return name.compare(0, word.size(), word) == 0 && name.size() > word.size() &&
         std::isdigit(static_cast<unsigned char>(name[word.size()])) != 0;
}

/// The command that holds `name`, and the name's form in its reply.
std::pair<std::string, std::string> where(const std::string& name) {
  if (is_numbered(name, "client")) return {"/mp/clients", name.substr(6)};
  if (is_numbered(name, "port")) return {"/mp/ports", name.substr(4)};
  if (name.rfind("config.", 0) == 0) return {"/mp/config", name.substr(7)};
  if (name.rfind("events.", 0) == 0) return {kEventCounts, name.substr(7)};
  return {"/mp/stats", name};
}

}  // namespace

FactMap flatten(const std::string& json, const std::string& prefix) {
  FactMap facts;
  const ParsedJson parsed = ParsedJson::parse(json, nullptr, false);
  if (parsed.is_object()) add(parsed, prefix, facts);
  return facts;
}

std::optional<Fact> ServerFacts::get(const std::string& name) {
  const auto [command, key] = where(name);
  auto known = by_command_.find(command);
  if (known == by_command_.end()) {
    const auto reply = telemetry_->request(command);
    if (!reply) answered_ = false;
    known = by_command_.emplace(command, reply ? flatten(*reply) : FactMap{}).first;
  }
  const auto fact = known->second.find(key);
  if (fact != known->second.end()) return fact->second;
  // A drop that has not happened yet has no key of its own.
  if (name.rfind("drops.", 0) == 0 && !known->second.empty()) return Fact(std::int64_t{0});
  return std::nullopt;
}

std::int64_t ServerFacts::count(const std::string& name) {
  const auto fact = get(name);
  const auto* value = fact ? std::get_if<std::int64_t>(&*fact) : nullptr;
  return value != nullptr ? *value : 0;
}

}  // namespace ringside::harness
