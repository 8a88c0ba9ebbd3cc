// SPDX-License-Identifier: BSD-3-Clause
#include "core/eal_args.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

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

struct EalName {
  std::string_view name;
  char letter = 0;          ///< 0: it has none
  bool takes_value = true;  ///< in a word of its own; a value that may be left out follows "="
};

// DPDK 22.11's eal_common_options.c; letters that have a long name only in later releases are known
// by that, from eal_option_list.h of 25.11.
constexpr EalName kEalNames[] = {{"--allow", 'a'},
                                 {"--base-virtaddr"},
                                 {"--block", 'b'},
                                 {"--coremask", 'c'},
                                 {"--driver-path", 'd'},
                                 {"--file-prefix"},
                                 {"--force-max-simd-bitwidth"},
                                 {"--help", 'h', false},
                                 {"--huge-dir"},
                                 {"--iova-mode"},
                                 {"--lcores", 'l'},
                                 {"--log-level"},
                                 {"--main-lcore"},
                                 {"--mbuf-pool-ops-name"},
                                 {"--memory-channels", 'n'},
                                 {"--memory-ranks", 'r'},
                                 {"--memory-size", 'm'},
                                 {"--numa-limit"},
                                 {"--numa-mem"},
                                 {"--proc-type"},
                                 {"--service-corelist", 'S'},
                                 {"--service-coremask", 's'},
                                 {"--socket-limit"},
                                 {"--socket-mem"},
                                 {"--syslog"},
                                 {"--trace"},
                                 {"--trace-bufsz"},
                                 {"--trace-dir"},
                                 {"--trace-mode"},
                                 {"--vdev"},
                                 {"--version", 'v', false},
                                 {"--vfio-intr"},
                                 {"--vfio-vf-token"}};

/// The option of one word, and whether its value must be in the next.
std::pair<EalOption, bool> read_word(const std::string& word) {
  EalOption option{word, std::nullopt, {word}};
  const bool is_long = word.starts_with("--");
  if (is_long) {
    option.name = word.substr(0, word.find('='));
    if (option.name != word) option.value = word.substr(option.name.size() + 1);
  }
  const auto known = std::ranges::find_if(kEalNames, [&](const EalName& each) {
    if (is_long) return option.name == each.name;
    return each.letter != 0 && word.size() > 1 && word[0] == '-' && word[1] == each.letter;
  });
  if (known == std::end(kEalNames)) return {option, false};
  option.name = known->name;
  if (!is_long && known->takes_value && word.size() > 2) option.value = word.substr(2);
  return {option, known->takes_value && !option.value};
}

}  // namespace

std::vector<EalOption> read_eal_options(std::span<const std::string> words) {
  std::vector<EalOption> options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto [option, needs_value] = read_word(words[i]);
    if (needs_value && i + 1 < words.size()) {
      option.value = words[++i];
      option.words.push_back(words[i]);
    }
    options.push_back(std::move(option));
  }
  return options;
}

EalArgs read_eal_args(const std::vector<std::string>& eal) {
  EalArgs result;
  const std::span<const std::string> words(eal);
  for (const auto& option : read_eal_options(words.subspan(std::min<std::size_t>(1, eal.size())))) {
    const std::string value = option.value.value_or("");
    if (option.name == "--no-huge") {
      result.no_huge = true;
    } else if (option.name == "--no-shconf" || option.name == "--in-memory") {
      result.unshared = option.name;
    } else if (!option.value) {
      continue;
    } else if (option.name == "--file-prefix") {
      result.file_prefix = value;
    } else if (option.name == "--proc-type") {
      result.proc_type = value;
    } else if (option.name == "--memory-size") {
      result.megabytes = parse_number<std::uint64_t>(value).value_or(0);
    } else if (option.name == "--vdev") {
      result.vdevs.push_back(value);
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

std::string runtime_base(bool is_root) {
  const char* base = std::getenv("RUNTIME_DIRECTORY");
  if (base == nullptr) base = is_root ? "/var/run" : std::getenv("XDG_RUNTIME_DIR");
  return base == nullptr ? "/tmp" : base;
}

std::string runtime_directory(const std::string& file_prefix, bool is_root) {
  return runtime_base(is_root) + "/dpdk/" + file_prefix;
}

}  // namespace ringside
