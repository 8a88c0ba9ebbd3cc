// SPDX-License-Identifier: BSD-3-Clause
#include "server/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <optional>

#include "cli/command_line.hpp"
#include "core/parse_duration.hpp"
#include "core/parse_number.hpp"

namespace ringside::server {
namespace {

// The control loop looks every millisecond; an idle worker turns every tenth of one.
constexpr auto kShortestHeartbeatTimeout = std::chrono::milliseconds(10);

constexpr const char* kExamples = R"(Examples:
  two ports, two clients, round robin (real ports):
    mp_server -l 1 -a 0000:03:00.0 -a 0000:03:00.1 -- -p 0x3 -n 2
  no NIC, no hugepages, a capture in, a capture out:
    mp_server -l 0 --no-huge -m 512 --no-pci --vdev net_pcap0,rx_pcap=in.pcap,tx_pcap=a.pcap \
      --vdev net_pcap1,rx_pcap=none.pcap,tx_pcap=out.pcap -- -p 0x3 -n 2 --policy flow-hash --start-after 2
EAL's own options stand before "--". -n before "--" is EAL's (memory channels), after it the clients.)";

constexpr std::size_t kLongestRingPort = 32;

/// What CLI11 fills before it is checked.
struct Raw {
  std::string mask;
  std::string clients;
  std::string policy = "round-robin";
  std::string ring_mode = "sp-sc";
  std::string tx = "return";
  std::string on_full = "drop";
  std::string on_no_client = "wait";
  std::string idle = "adaptive";
  std::int64_t ring_size = 4096;
  unsigned start_after = 1;
  std::string heartbeat_timeout = "1s";
  bool evict_hung = false;
  std::optional<unsigned> burst;
  unsigned max_frame = 1522;
  std::vector<std::string> ring_ports;
  std::chrono::nanoseconds stats_period{0};
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(5);
  std::string stats_file;
  unsigned keep_events = EventLog::kRoom;
};

void declare(CLI::App& app, Raw& raw) {
  app.add_option("-p", raw.mask, "Port mask, hexadecimal; ports are paired in its order")
      ->required();
  app.add_option("-n", raw.clients, "How many clients there can be, 1 ... 16")->required();
  app.add_option("--policy", raw.policy, "round-robin, flow-hash, symmetric-flow-hash or port");
  app.add_option("--ring-size", raw.ring_size,
                 "Entries of each ring, a power of two; holds one less");
  app.add_option("--ring-mode", raw.ring_mode, "sp-sc, mp-sc, sp-mc, mp-mc, mp-rts or hts");
  app.add_option("--tx", raw.tx, "return: clients give packets back; direct: clients transmit")
      ->check(CLI::IsMember({"return", "direct"}));
  app.add_option("--on-full", raw.on_full, "drop, or wait (stop receiving) when a ring is full")
      ->check(CLI::IsMember({"drop", "wait"}));
  app.add_option("--on-no-client", raw.on_no_client,
                 "wait (receive nothing), or drop, when the last client is gone")
      ->check(CLI::IsMember({"wait", "drop"}));
  app.add_option("--start-after", raw.start_after, "Clients that must join before reception");
  app.add_option("--heartbeat-timeout", raw.heartbeat_timeout,
                 "A client that does not move for so long gets no new packets: 1s, 500ms");
  app.add_flag("--evict-hung", raw.evict_hung, "Kill such a client; others get what it had");
  app.add_option("--burst", raw.burst,
                 "Packets handled at once (a fourth of the ring, between 32 and 128)")
      ->check(CLI::Range(1u, kMaxBurst));
  app.add_option("--idle", raw.idle, "spin, yield or adaptive");
  app.add_option("--max-frame", raw.max_frame, "Longest frame expected, bytes")
      ->check(CLI::Range(64u, 65535u));
  app.add_option("--ring-port", raw.ring_ports, "One more port, made of rings, fed by mp_wire")
      ->allow_extra_args(false)  // a stray word behind it is no port
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  cli::add_duration(app, "--stats-period", raw.stats_period,
                    "Time between statistics screens, 0: none");
  app.add_option("--stats-file", raw.stats_file, "Write the final statistics here, as JSON");
  app.add_option("--keep-events", raw.keep_events,
                 "How many events of clients are kept for the statistics and telemetry")
      ->check(CLI::Range(std::size_t{1}, EventLog::kMostRoom));
  cli::add_duration(app, "--drain-timeout", raw.drain_timeout,
                    "How long a stop waits for the clients");
}

Result<std::uint32_t> parse_mask(const std::string& text) {
  const std::size_t prefix = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
  const auto mask = parse_number<std::uint32_t>(std::string_view(text).substr(prefix), 16);
  if (!mask || *mask == 0) {
    return Error{fmt::format(
        "-p '{}' is no port mask; give a hexadecimal number with a bit per port, such as 0x3",
        text)};
  }
  return *mask;
}

/// The words with a fixed set of values.
Status choose(const Raw& raw, Options& options) {
  auto policy = parse_policy(raw.policy);
  if (!policy) return policy.error();
  auto ring_mode = parse_ring_mode(raw.ring_mode);
  if (!ring_mode) return ring_mode.error();
  auto idle = parse_idle_mode(raw.idle);
  if (!idle) return idle.error();
  const auto heartbeat_timeout = parse_duration(raw.heartbeat_timeout);
  if (!heartbeat_timeout || *heartbeat_timeout < kShortestHeartbeatTimeout) {
    return Error{
        fmt::format("--heartbeat-timeout '{}' is no length of time from 10ms on; choose for "
                    "example 1s or 500ms",
                    raw.heartbeat_timeout)};
  }
  options.heartbeat_timeout = *heartbeat_timeout;
  options.evict_hung = raw.evict_hung;
  options.policy = *policy;
  options.ring_mode = *ring_mode;
  options.idle = *idle;
  options.tx = raw.tx == "direct" ? shared::TxMode::kDirect : shared::TxMode::kReturn;
  options.on_full = raw.on_full == "wait" ? OnFull::kWait : OnFull::kDrop;
  options.on_no_client = raw.on_no_client == "drop" ? OnNoClient::kDrop : OnNoClient::kWait;
  return Done{};
}

Status check_numbers(const Raw& raw, unsigned clients) {
  if (raw.ring_size < 64 || raw.ring_size > (1 << 20) ||
      !std::has_single_bit(static_cast<std::uint64_t>(raw.ring_size))) {
    return Error{fmt::format(
        "--ring-size {} is not a power of two between 64 and 1048576; choose for example 4096",
        raw.ring_size)};
  }
  if (raw.start_after < 1 || raw.start_after > clients) {
    return Error{fmt::format("--start-after {} can never come true with -n {}; choose 1 ... {}",
                             raw.start_after, clients, clients)};
  }
  return Done{};
}

/// DPDK makes a device of each.
Status check_ring_ports(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) {
    return Error{
        fmt::format("--ring-port '{}' is given twice; each port needs a name of its own", *twice)};
  }
  for (const std::string& name : names) {
    const bool plain = std::ranges::all_of(name, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
    });
    if (!name.empty() && name.size() <= kLongestRingPort && plain) continue;
    return Error{
        fmt::format("--ring-port '{}' is no name for a port; use 1 ... {} letters, digits, "
                    "'_', '-' and '.'",
                    name, kLongestRingPort)};
  }
  return Done{};
}

constexpr cli::CommandLine<Raw> kCommandLine{
    "mp_server", "hands packets over rings to mp_client processes", kExamples, declare};

}  // namespace

const char* to_text(OnFull on_full) {
  return on_full == OnFull::kWait ? "wait" : "drop";
}
const char* to_text(OnNoClient on_no_client) {
  return on_no_client == OnNoClient::kWait ? "wait" : "drop";
}
const char* to_text(shared::TxMode mode) {
  return mode == shared::TxMode::kDirect ? "direct" : "return";
}

std::string help() {
  return kCommandLine.help();
}

Result<Options> parse_options(const std::vector<std::string>& words) {
  const auto read = kCommandLine.parse(words);
  if (!read) return read.error();
  const Raw& raw = *read;
  Options options;
  auto mask = parse_mask(raw.mask);
  if (!mask) return mask.error();
  const auto clients = parse_number<unsigned>(raw.clients);
  if (!clients || *clients < 1 || *clients > kMaxClients) {
    return Error{fmt::format("-n '{}' is no possible number of clients; choose 1 ... {}",
                             raw.clients, kMaxClients)};
  }
  if (Status numbers = check_numbers(raw, *clients); !numbers) return numbers.error();
  if (Status ports = check_ring_ports(raw.ring_ports); !ports) return ports.error();
  if (Status chosen = choose(raw, options); !chosen) return chosen.error();
  options.port_mask = *mask;
  options.clients = *clients;
  options.ring_size = static_cast<unsigned>(raw.ring_size);
  options.start_after = raw.start_after;
  options.burst = raw.burst.value_or(default_burst(options.ring_size));
  options.max_frame = raw.max_frame;
  options.ring_ports = raw.ring_ports;
  options.stats_period = raw.stats_period;
  options.stats_file = raw.stats_file;
  options.keep_events = raw.keep_events;
  options.drain_timeout = raw.drain_timeout;
  return options;
}

}  // namespace ringside::server
