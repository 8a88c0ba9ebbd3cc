// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/chapters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

/// Adds what `part`, a check's result in chapter `number`, says.
void add_chapter(const CheckResult& part, std::size_t number, CheckResult& whole) {
  if (!part.summary.empty()) {
    whole.summary +=
        fmt::format("{}server {}: {}", whole.summary.empty() ? "" : "; ", number, part.summary);
  }
  whole.more_reasons += part.more_reasons;
  whole.left_out += part.left_out;
  for (const std::string& reason : part.reasons) {
    if (part.outcome == Outcome::kSkip && whole.outcome != Outcome::kSkip) continue;
    if (whole.reasons.size() < kMaxReasons) {
      whole.reasons.push_back(fmt::format("server {}: {}", number, reason));
    } else {
      ++whole.more_reasons;
    }
  }
  for (const Figure& figure : part.figures) {
    whole.figures.push_back({fmt::format("server{}_{}", number, figure.name), figure.value});
  }
  for (const FigureRow& row : part.rows) {
    whole.rows.push_back({fmt::format("server {}: {}", number, row.what), row.figures});
  }
}

}  // namespace

std::vector<CheckResult> join_chapters(const std::vector<std::vector<CheckResult>>& chapters) {
  if (chapters.size() < 2) return chapters.empty() ? std::vector<CheckResult>{} : chapters.front();
  std::vector<CheckResult> joined;
  for (const CheckResult& last : chapters.back()) {
    std::vector<std::pair<std::size_t, CheckResult>> parts;
    std::vector<CheckResult> alone;
    for (std::size_t i = 0; i < chapters.size(); ++i) {
      const auto part = std::ranges::find(chapters[i], last.name, &CheckResult::name);
      if (part == chapters[i].end()) continue;
      parts.emplace_back(i + 1, *part);
      alone.push_back(*part);
    }
    CheckResult whole;
    whole.name = last.name;
    whole.outcome = overall(alone);
    for (const auto& [number, part] : parts) add_chapter(part, number, whole);
    joined.push_back(std::move(whole));
  }
  return joined;
}

void put_files_aside(const std::string& directory, unsigned number) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    const bool aside = name.starts_with("server") && name.find('-') != std::string::npos;
    const std::string kind = entry.path().extension();
    if (!aside && (kind == ".pcap" || kind == ".json")) files.push_back(entry.path());
  }
  for (const fs::path& file : files) {
    const std::string name = fmt::format("server{}-{}", number, file.filename().string());
    fs::rename(file, file.parent_path() / name, ignored);
  }
}

}  // namespace ringside::harness
