// SPDX-License-Identifier: BSD-3-Clause
#include "core/eal_args.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/parse_number.hpp"

namespace ringside {

SplitArgs split_args(int argc, const char* const* argv) {
  SplitArgs split;
  int i = 0;
  for (; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") {
      split.separated = true;
      ++i;
      break;
    }
    split.eal.emplace_back(argv[i]);
  }
  for (; i < argc; ++i) split.application.emplace_back(argv[i]);
  return split;
}

namespace {

/// The value of `option` at position i, which advances past a value in an argument of its own.
std::optional<std::string> option_value(const std::vector<std::string>& args, std::size_t& i,
                                        std::string_view option) {
  const std::string& arg = args[i];
  if (arg == option && i + 1 < args.size()) return args[++i];
  if (arg.size() > option.size() && arg.starts_with(option) && arg[option.size()] == '=') {
    return arg.substr(option.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

EalArgs read_eal_args(const std::vector<std::string>& eal) {
  EalArgs result;
  for (std::size_t i = 1; i < eal.size(); ++i) {
    if (eal[i] == "--no-huge") {
      result.no_huge = true;
    } else if (auto prefix = option_value(eal, i, "--file-prefix")) {
      result.file_prefix = *prefix;
    } else if (auto type = option_value(eal, i, "--proc-type")) {
      result.proc_type = *type;
    } else if (eal[i].starts_with("-m") && !eal[i].starts_with("--")) {
      const std::string number = eal[i] == "-m" && i + 1 < eal.size() ? eal[++i] : eal[i].substr(2);
      result.megabytes = parse_number<std::uint64_t>(number).value_or(0);
    } else if (auto vdev = option_value(eal, i, "--vdev")) {
      result.vdevs.push_back(*vdev);
    }
  }
  return result;
}

std::optional<std::string> VdevArg::value(std::string_view key) const {
  const auto at = std::find_if(arguments.begin(), arguments.end(),
                               [&](const auto& argument) { return argument.first == key; });
  if (at == arguments.end()) return std::nullopt;
  return at->second;
}

VdevArg parse_vdev(const std::string& text) {
  VdevArg vdev;
  std::size_t from = text.find(',');
  vdev.name = text.substr(0, from);
  vdev.driver = vdev.name.substr(0, vdev.name.find_last_not_of("0123456789") + 1);
  while (from != std::string::npos) {
    const std::size_t to = text.find(',', from + 1);
    const std::string pair = text.substr(from + 1, to == std::string::npos ? to : to - from - 1);
    const std::size_t equals = pair.find('=');
    vdev.arguments.emplace_back(pair.substr(0, equals),
                                equals == std::string::npos ? "" : pair.substr(equals + 1));
    from = to;
  }
  return vdev;
}

std::string runtime_directory(const std::string& file_prefix, bool is_root) {
  const char* base = std::getenv("RUNTIME_DIRECTORY");
  if (base == nullptr) base = is_root ? "/var/run" : std::getenv("XDG_RUNTIME_DIR");
  if (base == nullptr) base = "/tmp";
  return std::string(base) + "/dpdk/" + file_prefix;
}

}  // namespace ringside
