// SPDX-License-Identifier: BSD-3-Clause
// What all checks derive from an Observation, derived once: which captured frame is a copy of which
// sent one, of which flow it is, and which client marked it.
//
// "Port" below is a position in Observation::ports, which need not be the port's index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/flow_key.hpp"
#include "core/policy.hpp"
#include "harness/model/identity.hpp"
#include "harness/model/observation.hpp"

namespace ringside::harness {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// A content: all frames that are the same packet.
struct PacketClass {
  std::uint32_t flow = kNone;    ///< of the frames that were sent; kNone: none was, or ambiguous
  std::uint32_t sent = 0;        ///< copies sent, into all ports
  std::uint32_t captured = 0;    ///< copies captured, from all ports
  std::uint32_t first_port = 0;  ///< where the first copy that was sent stands
  std::uint32_t first_index = 0;
  /// Frames of several flows have this content once the source MAC does not count (non-IP frames,
  /// whose flow is their MACs): no captured copy can be told to be of one flow.
  bool ambiguous = false;
};

struct CapturedFrame {
  std::uint32_t packet = 0;  ///< PacketClass
  std::optional<Mark> mark;  ///< nullopt: bears none, or clients did not mark
};

/// The frames of one port, as numbers.
struct PortEvidence {
  const PortObservation* port = nullptr;
  std::uint32_t input = kNone;      ///< port whose packets must leave here
  std::vector<std::uint32_t> sent;  ///< PacketClass of each frame sent
  std::vector<CapturedFrame> captured;
  std::vector<std::uint32_t> sent_count;      ///< by PacketClass
  std::vector<std::uint32_t> captured_count;  ///< by PacketClass
};

class Evidence {
 public:
  /// Keeps references into `observation`, which must outlive it.
  explicit Evidence(const Observation& observation);
  Evidence(const Evidence&) = delete;
  Evidence& operator=(const Evidence&) = delete;

  const Observation& observation() const { return observation_; }
  std::span<const PortEvidence> ports() const { return ports_; }
  std::span<const PacketClass> packets() const { return packets_; }
  /// By PacketClass::flow. With the symmetric policy both directions are one flow.
  std::span<const FlowKey> flows() const { return flows_; }
  /// nullopt: the observation's policy is none of core's.
  std::optional<Policy> policy() const { return policy_; }
  bool both_directions() const { return policy_ == Policy::kSymmetricFlowHash; }

  std::uint64_t sent_total() const { return sent_total_; }
  std::uint64_t captured_total() const { return captured_total_; }
  bool all_sent_known() const;
  bool all_captured_known() const;
  /// The first port's error in reading its capture, or "".
  std::string capture_error() const;

  /// The server is ours and nobody came or went: the bucket table of its clients, or nullptr.
  const BucketTable* buckets() const { return buckets_ ? &*buckets_ : nullptr; }

  /// "packet 17 of a.pcap", with "(round 3)" if the file was sent repeatedly.
  std::string sent_name(std::uint32_t port, std::uint32_t index) const;
  /// "packet 17 of out1.pcap".
  std::string captured_name(std::uint32_t port, std::uint32_t index) const;
  /// Of the first copy that was sent. Precondition: packets()[packet].sent != 0.
  std::string sent_name(std::uint32_t packet) const;
  std::string flow_name(std::uint32_t flow) const;

 private:
  void number_sent(IdentityTable& identities);
  void number_captured(IdentityTable& identities);
  void note_flow(std::uint32_t packet, std::span<const std::byte> frame);
  std::uint32_t flow_number(const FlowKey& key);
  void count();
  void find_inputs();

  const Observation& observation_;
  std::optional<Policy> policy_;
  std::optional<BucketTable> buckets_;
  std::vector<PortEvidence> ports_;
  std::vector<PacketClass> packets_;
  std::vector<FlowKey> flows_;
  std::unordered_map<FlowKey, std::uint32_t, FlowKeyHash> flow_numbers_;
  std::uint64_t sent_total_ = 0;
  std::uint64_t captured_total_ = 0;
};

}  // namespace ringside::harness
