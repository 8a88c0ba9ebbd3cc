// SPDX-License-Identifier: BSD-3-Clause
// The packets that a scenario sends: captures read once, and for pcap ports the input files.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/model/frame.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// Captures by path, each read once. One per run of one scenario; not for several threads.
class CaptureCache {
 public:
  /// Errors: kUsage, the file's name and what is wrong with it.
  Result<const FrameList*> get(const std::string& path);

 private:
  std::map<std::string, std::unique_ptr<FrameList>> captures_;
};

/// How many packets a send offers.
std::uint64_t offered(const Step& send, const FrameList& capture);

/// The first `count` packets of a capture that is repeated over and over, appended to `to`.
void append_repeated(const FrameList& capture, std::uint64_t count, FrameList& to);

/// Longest frame of all captures that the scenario sends, at least 1522. Errors: as CaptureCache.
Result<unsigned> longest_frame(const Scenario& scenario, CaptureCache& cache);

/// The longest frame that net_pcap writes whole: longer ones, which are chained of several mbufs,
/// it cuts off at ETHER_MAX_JUMBO_FRAME_LEN without a word.
inline constexpr unsigned kLongestPcapFrame = 16128;

/// Whether ports of this kind can put out a frame of `longest` bytes. Errors: kUsage.
Status check_frame_length(PortKind ports, unsigned longest);

/// Whether ports of this kind can be told to send the capture: mp_wire, behind ring ports, is told
/// in JSON. Errors: kUsage.
Status check_capture_name(PortKind ports, const std::string& path);

/// Whether live ports can send every packet of the scenario; names those that they cannot. Errors:
/// kUsage, and as CaptureCache.
Status check_live_frames(const Scenario& scenario, unsigned max_frame, CaptureCache& cache);

/// For each port, the packets of all its sends one after the other. Errors: as CaptureCache.
Result<std::vector<FrameList>> frames_by_port(const Scenario& scenario, CaptureCache& cache);

}  // namespace ringside::harness
