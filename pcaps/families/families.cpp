// SPDX-License-Identifier: BSD-3-Clause
#include "pcaps/families/families.hpp"

#include <array>

namespace ringside::pcaps {
namespace {

// A seed that changes changes the file, its hash and the manifest; otherwise they are arbitrary.
constexpr std::array kFamilies = {
    Family{"zipf-10k.pcap", "10,000 flows whose sizes follow Zipf's law: many mice, few elephants.",
           1, false, &make_zipf},
    Family{"imix.pcap", "IMIX: frames of 64, 594 and 1518 bytes on the wire in the ratio 7:4:1.", 2,
           true, &make_imix},
    Family{"qinq.pcap", "Flows without a VLAN tag, with one, and with two (802.1ad and 802.1Q).", 3,
           false, &make_qinq},
    Family{"ipv6-extensions.pcap",
           "IPv6 with chains of extension headers before TCP, UDP, SCTP, ICMPv6, ESP and nothing.",
           4, false, &make_ipv6_extensions},
    Family{"fragments-in-order.pcap",
           "Fragmented datagrams of UDP and ICMP over IPv4 and IPv6, fragments in order.", 5, false,
           &make_fragments_in_order},
    Family{"fragments-out-of-order.pcap",
           "The same kinds of datagrams, fragments of many of them shuffled together.", 6, false,
           &make_fragments_out_of_order},
    Family{
        "port-pairs-4096.pcap",
        "One pair of addresses, 4096 pairs of ports: a hash of addresses alone cannot spread it.",
        7, false, &make_port_pairs},
    Family{"non-ip.pcap", "ARP, LLDP, STP, IS-IS, MPLS, PTP and EtherTypes nobody knows.", 8, false,
           &make_non_ip},
    Family{"malformed.pcap",
           "Headers cut at every length, wrong versions and lengths, runts: none may be read past "
           "its end or lost.",
           9, false, &make_malformed},
    Family{"sizes-64-9000.pcap", "Frames from 64 to 9000 bytes, around every size where code errs.",
           10, false, &make_sizes},
    Family{"both-directions.pcap",
           "128 connections in both directions, for hashes that keep a connection together.", 11,
           false, &make_both_directions},
};

}  // namespace

std::span<const Family> families() {
  return kFamilies;
}

}  // namespace ringside::pcaps
