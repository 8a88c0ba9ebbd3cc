// SPDX-License-Identifier: BSD-3-Clause
// The field of an mbuf in which mp_wire keeps when it sent the packet: the server registers it, the
// wire looks it up. DPDK's guide, "Mbuf Library, dynamic fields and flags".
#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <cstdint>

#include "core/result.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {

class SendTimeField {
 public:
  /// Primary, before mp_wire attaches. A second registration yields the same field. Error
  /// kEnvironment: no room left in the mbuf.
  static Result<SendTimeField> register_field();
  /// Secondary. Error kEnvironment: the server has not registered it.
  static Result<SendTimeField> look_up();

  /// TSC; 0 in an mbuf that nobody stamped since its pool was made.
  std::uint64_t get(Packet packet) const { return *at(packet); }
  void set(Packet packet, std::uint64_t tsc) const { *at(packet) = tsc; }

 private:
  explicit SendTimeField(int offset) : offset_(offset) {}
  std::uint64_t* at(Packet packet) const {
    return RTE_MBUF_DYNFIELD(packet, offset_, std::uint64_t*);
  }
  int offset_;
};

}  // namespace ringside::dpdk
