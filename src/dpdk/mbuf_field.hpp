// SPDX-License-Identifier: BSD-3-Clause
// A field of every mbuf that is ours alone: neither drivers nor handlers use it for anything else.
// DPDK's guide, "Mbuf Library, dynamic fields and flags".
#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <cstddef>
#include <cstdint>

#include "core/result.hpp"
#include "dpdk/packet.hpp"

namespace ringside::dpdk {

/// Where the field of that name is, which is made if there is none; primary only. Error
/// kEnvironment: no room left in the mbuf.
Result<int> register_mbuf_field(const char* name, std::size_t size, std::size_t alignment);
/// The same in a secondary. Error kEnvironment: the server has not registered it.
Result<int> look_up_mbuf_field(const char* name);

template <typename Value>
class MbufField {
 public:
  static Result<MbufField> register_field(const char* name) {
    return at_offset(register_mbuf_field(name, sizeof(Value), alignof(Value)));
  }
  static Result<MbufField> look_up(const char* name) { return at_offset(look_up_mbuf_field(name)); }

  /// 0 in an mbuf that nobody has written to since its pool was made.
  Value get(Packet packet) const { return *in(packet); }
  void set(Packet packet, Value value) const { *in(packet) = value; }

 private:
  static Result<MbufField> at_offset(const Result<int>& offset) {
    if (!offset) return offset.error();
    return MbufField(*offset);
  }
  explicit MbufField(int offset) : offset_(offset) {}
  Value* in(Packet packet) const { return RTE_MBUF_DYNFIELD(packet, offset_, Value*); }
  int offset_;
};

/// TSC at which mp_wire sent the packet: the server registers it, the wire looks it up.
using SendTimeField = MbufField<std::uint64_t>;
/// Index of the port by which the packet came in, for who finds it with a client that has died:
/// `m->port` is the client's to write, as is the word that DPDK leaves to applications.
using InputField = MbufField<std::uint8_t>;

}  // namespace ringside::dpdk
