// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/traffic.hpp"

#include "core/ids.hpp"

namespace ringside::harness {

Status Traffic::pause_port(unsigned, bool) {
  return Error{"only ring ports have a wire that can pause"};
}

std::unique_ptr<Traffic> make_traffic(const TrafficSetup& setup) {
  switch (setup.scenario.ports) {
    case PortKind::kRing:
      return make_ring_traffic(setup);
    case PortKind::kLive:
      return make_live_traffic(setup);
    case PortKind::kPcap:
    case PortKind::kNull:
      break;
  }
  return make_file_traffic(setup);
}

PortObservation blank_port(unsigned index) {
  PortObservation port;
  port.index = index;
  port.peer = PortIndex{static_cast<std::uint8_t>(index)}.peer().value;
  return port;
}

}  // namespace ringside::harness
