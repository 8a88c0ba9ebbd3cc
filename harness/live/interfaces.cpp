// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/interfaces.hpp"

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {

void turn_offloads_off(const std::string& interface) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const unsigned command :
       {ETHTOOL_SRXCSUM, ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO}) {
    ethtool_value value{command, 0};
    ifreq request{};
    std::strncpy(request.ifr_name, interface.c_str(), IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&value);
    ::ioctl(socket.get(), SIOCETHTOOL, &request);
  }
}

std::optional<std::uint64_t> transmit_drops(std::string_view proc_net_dev,
                                            std::string_view interface) {
  // "  p0: " and 8 numbers of reception, then bytes, packets, errs, drop of transmission.
  constexpr int kColumn = 8 + 4;
  std::istringstream lines{std::string(proc_net_dev)};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    const auto name = line.find_first_not_of(' ');
    if (colon == std::string::npos || line.substr(name, colon - name) != interface) continue;
    std::istringstream numbers(line.substr(colon + 1));
    std::uint64_t value = 0;
    for (int column = 0; column < kColumn; ++column) {
      if (!(numbers >> value)) return std::nullopt;
    }
    return value;
  }
  return std::nullopt;
}

std::string veth_batch(const std::string& here, const std::string& there, const std::string& path,
                       std::size_t max_frame) {
  // The MTU leaves out the Ethernet header; taking the whole frame's length leaves room for tags.
  const std::size_t mtu = std::max<std::size_t>(max_frame, 1500);
  return fmt::format("link add name {} mtu {} type veth peer name {} mtu {} netns {}\n", here, mtu,
                     there, mtu, path);
}

std::string quiet_up_batch(const std::string& interface) {
  return fmt::format(
      "link set dev {0} addrgenmode none\n"
      "link set dev {0} arp off multicast off\n"
      "link set dev {0} up\n",
      interface);
}

}  // namespace ringside::harness
