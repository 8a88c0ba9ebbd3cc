// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/memory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace ringside::harness {
namespace {

/// Value in kB of `key` ("MemAvailable:") in a file laid out as /proc/meminfo; 0 when absent.
unsigned long meminfo_kilobytes(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    unsigned long value = 0;
    if (words >> name >> value && name == key) return value;
  }
  return 0;
}

/// Page size in kB that a hugetlbfs mount's options name ("pagesize=2M"); the default size
/// otherwise.
unsigned long page_kilobytes(const std::string& options, unsigned long default_kilobytes) {
  const auto at = options.find("pagesize=");
  if (at == std::string::npos) return default_kilobytes;
  std::istringstream text(options.substr(at + 9));
  unsigned long number = 0;
  char unit = 'K';
  text >> number >> unit;
  return unit == 'G' ? number << 20 : unit == 'M' ? number << 10 : number;
}

unsigned free_megabytes(const std::string& root, unsigned long page_kb) {
  std::ifstream file(
      fmt::format("{}/sys/kernel/mm/hugepages/hugepages-{}kB/free_hugepages", root, page_kb));
  unsigned long pages = 0;
  file >> pages;
  return static_cast<unsigned>(pages * page_kb / 1024);
}

}  // namespace

Result<MemoryMode> parse_memory_mode(std::string_view text) {
  if (text == "auto") return MemoryMode::kAuto;
  if (text == "hugepages") return MemoryMode::kHugepages;
  if (text == "no-huge") return MemoryMode::kNoHuge;
  return Error{fmt::format("memory is auto, hugepages or no-huge, not \"{}\"", text)};
}

MemoryFacts read_memory_facts(const std::string& root) {
  MemoryFacts facts;
  const std::string meminfo = root + "/proc/meminfo";
  facts.available_megabytes =
      static_cast<unsigned>(meminfo_kilobytes(meminfo, "MemAvailable:") / 1024);
  const unsigned long default_kb = meminfo_kilobytes(meminfo, "Hugepagesize:");
  std::ifstream mounts(root + "/proc/mounts");
  std::string line;
  while (std::getline(mounts, line)) {
    std::istringstream words(line);
    std::string device, directory, type, options;
    words >> device >> directory >> type >> options;
    if (type != "hugetlbfs" || ::access((root + directory).c_str(), W_OK) != 0) continue;
    const unsigned free = free_megabytes(root, page_kilobytes(options, default_kb));
    if (!facts.hugetlbfs.empty() && free <= facts.free_hugepage_megabytes) continue;
    facts.hugetlbfs = directory;
    facts.free_hugepage_megabytes = free;
  }
  return facts;
}

Result<MemoryPlan> plan_memory(MemoryMode mode, const MemoryFacts& facts, unsigned megabytes) {
  MemoryPlan plan;
  plan.megabytes = megabytes;
  if (mode != MemoryMode::kNoHuge) {
    if (facts.hugetlbfs.empty()) {
      plan.reason = "no hugetlbfs mount that this user may write in";
    } else if (facts.free_hugepage_megabytes < megabytes) {
      plan.reason = fmt::format("{} MB of hugepages needed, {} MB free", megabytes,
                                facts.free_hugepage_megabytes);
    } else {
      plan.hugepages = true;
      plan.hugetlbfs = facts.hugetlbfs;
      return plan;
    }
    if (mode == MemoryMode::kHugepages) {
      return environment_error(fmt::format(
          "--memory hugepages: {}; use --memory no-huge, or reserve more", plan.reason));
    }
  } else {
    plan.reason = "--memory no-huge";
  }
  if (facts.available_megabytes < megabytes) {
    return environment_error(fmt::format("no room for memory: {} MB needed, {} MB available",
                                         megabytes, facts.available_megabytes));
  }
  return plan;
}

std::vector<std::string> primary_memory_args(const MemoryPlan& plan) {
  std::vector<std::string> args = secondary_memory_args(plan);
  args.insert(args.end(), {"-m", std::to_string(plan.megabytes)});
  return args;
}

std::vector<std::string> secondary_memory_args(const MemoryPlan& plan) {
  if (plan.hugepages) return {"--huge-dir", plan.hugetlbfs};
  return {"--no-huge"};
}

}  // namespace ringside::harness
