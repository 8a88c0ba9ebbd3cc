// SPDX-License-Identifier: BSD-3-Clause
// Which clients are there: answers those who want to join, follows what they say, and says who gets
// packets. Called by the control loop only.
//
// The life of a slot is the table in core/slot_state.hpp. The end of a client's process is seen by
// a ProcessWatch; what it owed is then recovered by the receivers, and the slot is free again. A
// client whose worker does not move is a suspect: it gets no new packets, keeps what it has, and is
// active again as soon as it moves. One that returns packets which it was not given, or keeps one
// back while it returns later ones, or turns and returns none, or leaves on its ring what it has
// returned, or tells of turns that it did not make, or writes over its slot, is killed. One that
// leaves is released when it owes nothing, and its slot is free when it has said that it uses
// nothing any more.
//
// What is decided here is kept here: the shared block is written for the others to read, and what
// they might write into it changes nothing.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "core/client_set.hpp"
#include "core/control_message.hpp"
#include "core/progress_watch.hpp"
#include "core/shared_counter.hpp"
#include "core/shared_layout.hpp"
#include "core/slot_state.hpp"
#include "dpdk/log.hpp"
#include "server/journal.hpp"
#include "server/process_watch.hpp"

namespace ringside::server {

/// What is done about a client that does not move.
struct Liveness {
  std::chrono::nanoseconds timeout = std::chrono::seconds(1);
  bool evict = false;  ///< kill it
};

/// How a client gives packets back.
struct Returns {
  std::uint64_t foreign = 0;   ///< packets that it had not been given, so far
  bool keeps_back = false;     ///< it has one still although it has returned a later one
  bool has_some = false;       ///< it has packets
  bool awaits_server = false;  ///< something that it has returned waits to be taken back
  bool hides = false;          ///< more are on its work ring, by its word, than it can have there
  std::uint64_t settled = 0;   ///< grows when the oldest one that it had comes back
  std::uint64_t handed = 0;    ///< direct mode: packets handed to it so far
};

/// Packets of a client that died, all so far.
struct DeathToll {
  std::uint64_t recovered = 0;  ///< taken out of its debt
  std::uint64_t lost = 0;       ///< in its hands
};

/// What the data path says of the packets of clients.
struct Debts {
  /// Receivers hand nothing more to the client, and all it had came back or was recovered.
  std::function<bool(ClientId)> owes_nothing;
  std::function<DeathToll(ClientId)> deaths;
  std::function<Returns(ClientId)> returns;
};

class Membership {
 public:
  using Clock = std::chrono::steady_clock;

  Membership(shared::SharedInfo& info, const dpdk::Log& log, Journal& journal, ProcessWatch& watch,
             Liveness liveness, Debts debts)
      : info_(info),
        clients_(static_cast<std::uint8_t>(info.clients)),
        server_lcores_(info.server_lcores),
        direct_(info.tx_mode == static_cast<std::uint32_t>(shared::TxMode::kDirect)),
        log_(log),
        journal_(journal),
        watch_(watch),
        liveness_(liveness),
        debts_(std::move(debts)) {}

  /// Looks at every slot once. What it changes, and what the three below change, must be told to
  /// the receivers before the next look: only then can be asked whether somebody owes anything.
  void poll(Clock::time_point now);

  /// The answer to a request, or nothing: the slot is not free yet but soon, ask again. The same
  /// process asking again gets the same answer. Precondition of all three: control::examine() had
  /// nothing against the message.
  std::optional<control::JoinReply> join(const control::JoinRequest& request, bool stopping);
  /// kNone, or kOtherGeneration for somebody who does not hold the slot.
  control::Refusal leave(const control::Leave& message);
  control::Refusal heartbeat(const control::Heartbeat& message);

  /// Clients that get packets.
  ClientSet active() const { return active_; }
  /// Clients that are gone, those that left among them: what they had is to be recovered and their
  /// rings to be cleared.
  ClientSet dead() const { return dead_; }
  /// Of those the ones that wrote over their slots. Direct mode: what they counted is again what it
  /// was in the last look that found it in order, and what they did since is not known.
  ClientSet distrusted() const { return distrusted_; }
  /// Processes that may still use what the server is about to free, the wire among them.
  unsigned held();

  /// So far; any thread.
  std::uint64_t suspected() const { return read(suspected_); }
  std::uint64_t evicted() const { return read(evicted_); }

 private:
  /// What the books of direct mode take from a client.
  struct Counted {
    std::uint64_t done = 0;
    std::uint64_t handler_drop = 0;
    std::array<std::uint64_t, kMaxPorts> sent{};
    std::array<std::uint64_t, kMaxPorts> tx_full{};

    /// It may have gone on from `before` to here with so many packets handed to it.
    bool can_follow(const Counted& before, std::uint64_t handed) const;
  };
  struct Slot {
    shared::SlotState state = shared::SlotState::kAbsent;
    std::uint32_t generation = 0;
    std::uint32_t pid = 0;
    std::uint64_t start_time = 0;
    shared::LcoreSet lcores{};
    ProgressWatch progress;
    std::uint64_t foreign = 0;  ///< Returns::foreign when it joined
    ProgressWatch returns;      ///< of Returns::settled while it has packets or keeps one back
    std::uint64_t progress_then = 0;  ///< when Returns::settled moved last, or nothing was to come
    ProgressWatch hides;              ///< while Returns::hides
    bool killed = false;
    bool hangs = false;  ///< while it leaves, which was told
    bool left = false;   ///< of its own will, with nothing owed
    Counted counted;     ///< direct mode, in the last look that found the slot in order
  };
  /// An event of whoever holds the slot.
  Event event(EventKind kind, ClientId id) const {
    return {.kind = kind, .client = id, .generation = slot(id).generation, .pid = slot(id).pid};
  }
  Slot& slot(ClientId id) { return slots_[id.value]; }
  const Slot& slot(ClientId id) const { return slots_[id.value]; }

  void look_at(ClientId id, std::chrono::nanoseconds since_last_look);
  /// Whether it does.
  bool look_whether_it_moves(ClientId id, std::uint64_t progress,
                             std::chrono::nanoseconds since_last_look);
  void look_what_it_returns(ClientId id, const Returns& returns, std::uint64_t progress,
                            std::chrono::nanoseconds its_time);
  void look_whether_its_worker_ended(ClientId id);
  void suspect(ClientId id);
  void look_what_it_wrote(ClientId id, const Counted& counted, const Returns& returns);
  bool wrote_over_slot(ClientId id, const Counted& counted, const Returns& returns) const;
  Counted counted_by(ClientId id) const;
  void restore_slot(ClientId id);
  void evict(ClientId id, std::string_view why);
  void bury(ClientId id);
  void part(ClientId id);
  bool has_let_go(ClientId id) const;
  void clear(ClientId id);
  control::JoinReply admit(const control::JoinRequest& request);
  bool wire_there() const;
  /// Moves the slot by the table; a forbidden event changes nothing.
  void move(ClientId id, SlotEvent event);
  struct TakenLcore {
    unsigned lcore = 0;
    std::optional<ClientId> by;  ///< nothing: the server or the wire
  };
  /// The first lcore id of the newcomer that somebody else uses.
  std::optional<TakenLcore> taken_lcore(const control::JoinRequest& request) const;

  shared::SharedInfo& info_;
  // What the server has written there and any client could write over.
  const std::uint8_t clients_;
  const shared::LcoreSet server_lcores_;
  const bool direct_;
  const dpdk::Log& log_;
  Journal& journal_;
  ProcessWatch& watch_;
  const Liveness liveness_;
  const Debts debts_;
  std::array<Slot, kMaxClients> slots_;
  std::array<DeathToll, kMaxClients> told_{};  ///< by events so far
  ClientSet active_;
  ClientSet dead_;
  ClientSet distrusted_;
  std::optional<Clock::time_point> last_look_;
  std::atomic<std::uint64_t> suspected_{0};
  std::atomic<std::uint64_t> evicted_{0};
};

}  // namespace ringside::server
