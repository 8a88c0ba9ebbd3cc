// SPDX-License-Identifier: BSD-3-Clause
// Where it is noted what becomes of clients: each event once as a line of the log for people, and
// in the event log for telemetry and the final statistics.
#pragma once

#include <string_view>

#include "core/event_log.hpp"
#include "dpdk/log.hpp"

namespace ringside::server {

class Journal {
 public:
  /// False: the event is kept out of the event log. See Seams::keep_event.
  using Keep = bool (*)(Event& event);

  /// `room`: how many events are kept.
  Journal(const dpdk::Log& log, Keep keep, std::size_t room = EventLog::kRoom)
      : log_(log), keep_(keep), events_(room) {}

  /// Stamps the event with the time and notes it. `detail`: what the line says beyond the event's
  /// own fields. Control loop only.
  void note(Event event, std::string_view detail = {});

  /// To be read by any thread.
  const EventLog& events() const { return events_; }

 private:
  void say(const Event& event, std::string_view detail) const;

  const dpdk::Log& log_;
  const Keep keep_;
  EventLog events_;
};

}  // namespace ringside::server
