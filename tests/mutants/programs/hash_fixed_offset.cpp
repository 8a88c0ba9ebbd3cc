// SPDX-License-Identifier: BSD-3-Clause
// Fault: the flow hash reads addresses and ports where they stand in an untagged IPv4 packet
// without options, whatever the packet is.
#include "programs/wrong_hash.hpp"
#include "server/server.hpp"

int main(int argc, char** argv) {
  using namespace ringside;
  server::Seams seams = server::product_seams();
  seams.assign = mutants::assign_by<[](const PacketView& packet) {
    constexpr std::size_t kAddresses = 14 + 12;
    constexpr std::size_t kAddressesAndPorts = 8 + 4;
    if (packet.length < kAddresses + kAddressesAndPorts) return std::uint32_t{0};
    return crc32c({packet.data + kAddresses, kAddressesAndPorts}, 0);
  }>;
  return server::run_server(argc, argv, seams);
}
