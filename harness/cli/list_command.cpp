// SPDX-License-Identifier: BSD-3-Clause
// ringside list
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "harness/cli/command.hpp"
#include "harness/cli/scenario_places.hpp"
#include "harness/report/json_parts.hpp"
#include "harness/run/selection.hpp"

namespace ringside::harness {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

class ListCommand final : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("scenario", selection_.patterns, "names, beginnings of names, globs or files");
    app.add_option("--filter", selection_.filter, "part of the name, or a glob");
    app.add_option("--tag", selection_.tags, "only with one of these tags; '!tag' without it")
        ->take_all();
    app.add_option("--scenario-dir", places_.scenario_dir, "where scenarios are");
    app.add_option("--capture-dir", places_.capture_dir, "where captures are");
    app.add_flag("--json", json_, "as JSON");
  }

  Result<ExitCode> run(const std::vector<std::string>&) override {
    auto loaded = load(places_, selection_.patterns);
    if (!loaded) return loaded.error();
    selection_.patterns = loaded->patterns;
    const auto scenarios = select(loaded->scenarios, selection_);
    if (!scenarios) return scenarios.error();
    if (json_) {
      print_json(*scenarios);
    } else {
      print_table(*scenarios);
    }
    return ExitCode::kOk;
  }

 private:
  static void print_json(const std::vector<Scenario>& scenarios) {
    Json list = Json::array();
    for (const auto& s : scenarios) {
      list.push_back({{"name", s.name},
                      {"file", s.file},
                      {"description", s.description},
                      {"tags", s.tags},
                      {"requires", s.requirements},
                      {"ports", to_string(s.ports)},
                      {"clients", s.client_slots}});
    }
    std::cout << dump(list);
  }

  static void print_table(const std::vector<Scenario>& scenarios) {
    std::size_t names = 0, tags = 0;
    for (const auto& s : scenarios) {
      names = std::max(names, s.name.size());
      tags = std::max(tags, joined(s.tags).size());
    }
    for (const auto& s : scenarios) {
      std::cout << fmt::format("{:<{}}  {:<{}}  {}\n", s.name, names, joined(s.tags), tags,
                               s.description);
    }
  }

  Selection selection_;
  ScenarioPlaces places_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_list_command() {
  return std::make_unique<ListCommand>();
}

}  // namespace ringside::harness
