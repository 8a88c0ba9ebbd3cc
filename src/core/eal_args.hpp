// SPDX-License-Identifier: BSD-3-Clause
// What the programs must know of the command line before EAL reads it: where the application's part
// begins, and the few EAL options that decide how to wait for a primary.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ringside {

/// A command line cut at the first "--": EAL's part (with the program name) and the application's.
struct SplitArgs {
  std::vector<std::string> eal;          ///< argv[0] and all before "--"
  std::vector<std::string> application;  ///< all after "--"
  bool separated = false;                ///< a "--" was there
};
SplitArgs split_args(int argc, const char* const* argv);

/// An option of EAL's as its user wrote it.
struct EalOption {
  std::string name;  ///< the long one, "--allow" for -a; of what is no option of EAL's, the word
  std::optional<std::string> value;
  std::vector<std::string> words;  ///< as they stood, one or two
};
/// Reads what stands before "--", without the program's name, in the spellings that EAL takes:
/// `--opt value`, `--opt=value`, `-o value`, `-ovalue`. Not getopt's abbreviations of long names.
std::vector<EalOption> read_eal_options(std::span<const std::string> words);

/// EAL options that matter before rte_eal_init.
struct EalArgs {
  std::string file_prefix = "rte";
  std::string proc_type = "primary";  ///< primary, secondary or auto
  bool no_huge = false;
  std::uint64_t megabytes = 0;     ///< -m; 0: not said
  std::vector<std::string> vdevs;  ///< values of --vdev, in order
  std::string unshared;  ///< --no-shconf or --in-memory, by which no other process can attach
};
/// `eal`: with the program's name, which is passed over.
EalArgs read_eal_args(const std::vector<std::string>& eal);

/// "net_pcap0,rx_pcap=a" -> name "net_pcap0", driver "net_pcap", and the value of an argument.
struct VdevArg {
  std::string name;
  std::string driver;
  std::optional<std::string> value(std::string_view key) const;
  std::vector<std::pair<std::string, std::string>> arguments;
};
VdevArg parse_vdev(const std::string& text);

/// Where DPDK makes its directories. Same rules as EAL: RUNTIME_DIRECTORY, or /var/run for root, or
/// XDG_RUNTIME_DIR, or /tmp.
std::string runtime_base(bool is_root);
/// The directory in which DPDK keeps the files of a prefix: under the base, /dpdk/PREFIX.
std::string runtime_directory(const std::string& file_prefix, bool is_root);

}  // namespace ringside
