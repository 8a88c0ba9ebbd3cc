// SPDX-License-Identifier: BSD-3-Clause
#include "tests/chaos/footprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace ringside::harness {
namespace {

namespace fs = std::filesystem;

nlohmann::json ask(Telemetry& telemetry, const std::string& command) {
  const auto reply = telemetry.request(command);
  if (!reply) throw std::runtime_error(reply.error().message);
  return nlohmann::json::parse(*reply);
}

/// "fbarray_memzone_4711_0" -> "fbarray_memzone_#_#".
std::string kind_of(std::string name) {
  return std::regex_replace(name, std::regex("[0-9a-f]*[0-9][0-9a-f]*"), "#");
}

std::int64_t entries(const std::string& directory) {
  return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
}

/// The value of "NAME:   12 kB" in /proc/PID/status.
std::int64_t status_of(int pid, const std::string& name) {
  std::istringstream status(text_of(fmt::format("/proc/{}/status", pid)));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1));
  }
  throw std::runtime_error("no " + name + " of the server");
}

}  // namespace

Footprint footprint_of(Stage& stage) {
  Footprint print;
  auto& counts = print.counts;
  for (const auto& heap : ask(stage.telemetry(), "/eal/heap_list")) {
    const std::string id = heap.dump();
    const auto info = ask(stage.telemetry(), "/eal/heap_info," + id);
    for (const char* name : {"Heap_size", "Alloc_size", "Alloc_count", "Free_count"}) {
      counts[fmt::format("heap {} {}", id, name)] = info.at(name).get<std::int64_t>();
    }
  }
  counts["memory zones"] =
      static_cast<std::int64_t>(ask(stage.telemetry(), "/eal/memzone_list").size());
  for (const auto& entry : fs::directory_iterator(stage.runtime_directory())) {
    ++counts["file " + kind_of(entry.path().filename())];
  }
  for (const std::string& name : stage.hugepage_files()) ++counts["hugepage file " + kind_of(name)];
  counts["descriptors"] = entries(fmt::format("/proc/{}/fd", stage.server_pid()));
  counts["threads"] = entries(fmt::format("/proc/{}/task", stage.server_pid()));
  print.server_memory_kb = status_of(stage.server_pid(), "RssAnon");
  return print;
}

std::vector<std::string> differences(const Footprint& before, const Footprint& after) {
  std::set<std::string> names;
  for (const Footprint* print : {&before, &after}) {
    for (const auto& [name, count] : print->counts) names.insert(name);
  }
  const auto value = [](const Footprint& print, const std::string& name) {
    const auto found = print.counts.find(name);
    return found == print.counts.end() ? 0 : found->second;
  };
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    if (value(before, name) == value(after, name)) continue;
    lines.push_back(
        fmt::format("{}: {} before, {} after", name, value(before, name), value(after, name)));
  }
  return lines;
}

std::optional<std::int64_t> heap_in_use(Telemetry& telemetry) {
  const auto reply = telemetry.request("/eal/heap_info,0");
  if (!reply) return std::nullopt;
  const auto info = nlohmann::json::parse(*reply, nullptr, false);
  if (!info.is_object() || !info.contains("Alloc_size")) return std::nullopt;
  return info["Alloc_size"].get<std::int64_t>();
}

}  // namespace ringside::harness
