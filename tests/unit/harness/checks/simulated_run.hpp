// SPDX-License-Identifier: BSD-3-Clause
// A run that never happened: frames, a server without fault that forwards them, and its true books.
// Tests then do to it what a bad server would do, and look at who notices.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "harness/checks/checks.hpp"
#include "harness/model/observation.hpp"
#include "tests/unit/core/frames.hpp"

namespace ringside::harness::fixtures {

using test::Bytes;
using test::operator+;

/// A UDP packet of flow `flow` (its source port); `number` is in the payload, so equal numbers make
/// identical frames.
Bytes udp_frame(unsigned flow, unsigned number);
/// A UDP packet of the opposite direction.
Bytes udp_reply(unsigned flow, unsigned number);
/// Not IP: its flow is its MACs.
Bytes raw_frame(unsigned source_mac, unsigned number);

/// A packet that came out.
struct Output {
  Bytes frame;  ///< as it went in
  unsigned client = 0;
  int marked_port = -1;  ///< -1: the port it comes out of
  bool bears_mark = true;
};

class SimulatedRun {
 public:
  SimulatedRun(std::string policy, unsigned clients, unsigned ports = 2);

  void send(unsigned port, Bytes frame) { sent[port].push_back(std::move(frame)); }
  /// `packets` packets of each of `flows` flows, taking turns, into port 0.
  void send_flows(unsigned flows, unsigned packets);
  /// What a server without fault does with all that was sent.
  void forward();
  /// The client that the server's policy gives the next packet to.
  unsigned owner(unsigned port, const Bytes& frame);

  /// Takes packet `index` out of port 1's output and returns it.
  Output take(std::size_t index);
  /// A drop that is counted.
  void drop(std::size_t index, std::string place, std::string reason, unsigned client);

  /// With books that are true to sent, out and drops.
  Observation observe() const;

  std::vector<std::vector<Bytes>> sent;  ///< by port
  std::vector<std::vector<Output>> out;  ///< by port
  std::vector<LedgerDrop> drops;
  bool marked = true;

 private:
  ServerStats books() const;

  std::string policy_;
  unsigned clients_;
  DispatchState dispatch_;
};

/// Names of the checks that end with `outcome`, in alphabetical order.
std::set<std::string> ending_with(Outcome outcome, const Observation& observation,
                                  const Expectations& expectations = {});
inline std::set<std::string> failing(const Observation& observation,
                                     const Expectations& expectations = {}) {
  return ending_with(Outcome::kFail, observation, expectations);
}
/// The result of one check.
CheckResult judge(const std::string& check, const Observation& observation,
                  const Expectations& expectations = {});
/// All its reasons in one text.
std::string reasons(const CheckResult& result);

}  // namespace ringside::harness::fixtures
