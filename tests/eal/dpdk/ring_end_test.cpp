// SPDX-License-Identifier: BSD-3-Clause
// The ends of a ring against rte_ring's own calls at the other end, and against each other. The
// rings stand in plain memory: no EAL.
#include "dpdk/ring_end.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <vector>

namespace ringside::dpdk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr unsigned kSize = 8;

class PlainRing {
 public:
  explicit PlainRing(unsigned flags = RING_F_SP_ENQ | RING_F_SC_DEQ)
      : memory_(static_cast<::rte_ring*>(
            std::aligned_alloc(64, static_cast<std::size_t>(::rte_ring_get_memsize(kSize))))) {
    ::rte_ring_init(memory_.get(), "plain", kSize, flags);
  }
  RingView view() const { return RingView(memory_.get()); }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<::rte_ring, Free> memory_;
};

Packet packet(std::uintptr_t n) {
  return reinterpret_cast<Packet>(0x1000 + n * 64);  // NOLINT: never dereferenced
}
std::vector<Packet> packets(std::uintptr_t first, std::size_t count) {
  std::vector<Packet> some;
  for (std::size_t i = 0; i < count; ++i) some.push_back(packet(first + i));
  return some;
}
std::vector<Packet> taken_by(ConsumerEnd& end, std::size_t most) {
  std::vector<Packet> some(most);
  some.resize(end.dequeue(some));
  return some;
}

TEST(RingEnds, TakeWhatFitsAndGiveItBackInOrder) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  EXPECT_EQ(in.enqueue(packets(0, 10)), 7u) << "a ring of 8 holds 7";
  EXPECT_EQ(in.enqueue(packets(7, 1)), 0u);
  EXPECT_EQ(taken_by(out, 3), packets(0, 3));
  EXPECT_EQ(in.enqueue(packets(7, 5)), 3u) << "looks again where the consumer is";
  EXPECT_EQ(taken_by(out, 9), packets(3, 7));
  EXPECT_THAT(taken_by(out, 9), IsEmpty());
}

TEST(RingEnds, SayHowManyWouldFit) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  EXPECT_EQ(in.fits(10), 7u);
  EXPECT_EQ(in.fits(3), 3u);
  in.enqueue(packets(0, 6));
  EXPECT_EQ(in.fits(2), 1u);
  taken_by(out, 4);
  EXPECT_EQ(in.fits(5), 5u) << "looks again where the consumer is";
}

TEST(RingEnds, TheFrontStaysUntilItIsTaken) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 5));
  EXPECT_THAT(out.front(2), ElementsAre(packet(0), packet(1)));
  EXPECT_THAT(out.front(2), ElementsAre(packet(0), packet(1)));
  EXPECT_EQ(ring.view().used(), 5u);
  out.take(2);
  EXPECT_EQ(ring.view().used(), 3u);
  EXPECT_THAT(out.front(1), ElementsAre(packet(2)));
}

TEST(RingEnds, TheFrontEndsWhereTheRingsMemoryDoes) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 6));
  out.take(out.front(6).size());
  in.enqueue(packets(6, 5));
  EXPECT_THAT(out.front(5), ElementsAre(packet(6), packet(7)));
  out.take(2);
  EXPECT_THAT(out.front(5), ElementsAre(packet(8), packet(9), packet(10)));
}

TEST(RingEnds, WhatIsTakenInTwoStepsIsOnTheRingInBetween) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 4));
  std::vector<Packet> some(3);
  EXPECT_EQ(out.begin_dequeue(some), 3u);
  EXPECT_EQ(some, packets(0, 3));
  EXPECT_EQ(ring.view().used(), 4u);
  out.finish_dequeue(3);
  EXPECT_EQ(ring.view().used(), 1u);
}

TEST(RingEnds, KnowHowManyAreOnTheRingAtMostAndExactlyWhenAsked) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 5));
  taken_by(out, 4);
  EXPECT_GE(in.used_at_most(), 1u);
  EXPECT_EQ(in.used(), 1u);
  EXPECT_EQ(in.used_at_most(), 1u);
}

TEST(RingEnds, NewOnesBeginWhereAResetRingDoes) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 5));
  taken_by(out, 2);
  ring.view().reset();
  in = ProducerEnd(ring.view());
  out = ConsumerEnd(ring.view());
  EXPECT_THAT(taken_by(out, 9), IsEmpty());
  EXPECT_EQ(in.enqueue(packets(0, 9)), 7u);
  EXPECT_EQ(taken_by(out, 9), packets(0, 7));
}

TEST(RingEnds, FindNothingAndTakeNothingOnARingThatHasBeenFreed) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 5));
  ASSERT_EQ(taken_by(out, 1).size(), 1u) << "four more are known to be there";
  std::memset(static_cast<void*>(ring.view().get()), 0,
              sizeof(::rte_ring) + kSize * sizeof(Packet));
  EXPECT_THAT(taken_by(out, 4), IsEmpty());
  EXPECT_EQ(in.enqueue(packets(5, 1)), 0u);
}

TEST(RingEnds, AClaimToHavePutOnMoreThanTheRingHoldsCountsAsNone) {
  for (const int claim : {-3, 8, 5000}) {
    PlainRing ring;
    ProducerEnd in(ring.view());
    ConsumerEnd out(ring.view());
    in.enqueue(packets(0, 2));
    EXPECT_EQ(taken_by(out, 2), packets(0, 2));
    EXPECT_FALSE(out.was_lied_to());
    ring.view().get()->prod.tail = 2 + static_cast<std::uint32_t>(claim);
    EXPECT_THAT(taken_by(out, 4), IsEmpty()) << claim;
    EXPECT_THAT(out.front(4), IsEmpty()) << claim;
    EXPECT_TRUE(out.was_lied_to()) << claim;
  }
}

TEST(RingEnds, GoByTheirOwnPositions) {
  PlainRing ring;
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  in.enqueue(packets(0, 2));
  ring.view().get()->prod.tail = 5;  // by somebody at the other end
  ring.view().get()->cons.tail = 9;
  EXPECT_EQ(in.enqueue(packets(2, 2)), 2u);
  EXPECT_EQ(taken_by(out, 4), packets(0, 4));
  EXPECT_LE(in.used(), 7u) << "whatever the other side claims";
}

TEST(RingEnds, OfTheOwnerStayInsideTheRingWhateverIsWrittenOverIt) {
  PlainRing ring;
  const RingImage image(*ring.view().get());
  const RingView owners(ring.view().get(), image);
  ProducerEnd in(owners);
  ConsumerEnd out(owners);
  in.enqueue(packets(0, 3));
  std::memset(static_cast<void*>(owners.get()), 0xff, sizeof(::rte_ring));
  EXPECT_EQ(owners.capacity(), 7u);
  EXPECT_LE(in.enqueue(packets(3, 20)), 7u);
  EXPECT_LE(taken_by(out, 20).size(), 7u);
  std::memset(static_cast<void*>(owners.get()), 0, sizeof(::rte_ring));
  EXPECT_LE(in.enqueue(packets(3, 20)), 7u);
  EXPECT_LE(taken_by(out, 20).size(), 7u);
}

TEST(RingEnds, AResetByTheOwnerMendsWhatWasWrittenOver) {
  PlainRing ring;
  const RingImage image(*ring.view().get());
  const RingView owners(ring.view().get(), image);
  owners.enqueue(packets(0, 3));
  std::memset(static_cast<void*>(owners.get()), 0xff, sizeof(::rte_ring));
  owners.reset();
  EXPECT_EQ(ring.view().used(), 0u);
  EXPECT_EQ(ring.view().enqueue(packets(0, 9)), 7u) << "by DPDK's own call, which reads the head";
  std::vector<Packet> taken(9);
  EXPECT_EQ(ring.view().dequeue(taken), 7u);
}

/// Each side by an end or by rte_ring's own calls, as it is drawn, against a queue.
void walk(unsigned flags) {
  PlainRing ring(flags);
  ProducerEnd in(ring.view());
  ConsumerEnd out(ring.view());
  std::deque<Packet> model;
  std::uintptr_t next = 0;
  const auto [end_puts, end_takes] =
      *rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>());
  const auto steps = *rc::gen::container<std::vector<std::pair<bool, std::size_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::size_t>(0, 10)));
  for (const auto& [puts, count] : steps) {
    if (puts) {
      const auto some = packets(next, count);
      const unsigned fits = end_puts ? in.enqueue(some) : ring.view().enqueue(some);
      RC_ASSERT(fits == std::min<std::size_t>(count, 7 - model.size()));
      model.insert(model.end(), some.begin(), some.begin() + fits);
      next += fits;
    } else {
      std::vector<Packet> some(count);
      const unsigned got = end_takes ? out.dequeue(some) : ring.view().dequeue(some);
      RC_ASSERT(got == std::min(count, model.size()));
      RC_ASSERT(std::equal(some.begin(), some.begin() + got, model.begin()));
      model.erase(model.begin(), model.begin() + got);
    }
    if (end_puts) RC_ASSERT(in.used_at_most() >= model.size());
    RC_ASSERT(ring.view().used() == model.size());
  }
}

RC_GTEST_PROP(RingEnds, AgreeWithDpdksOwnCallsOnTheSameRing, ()) {
  walk(RING_F_SP_ENQ | RING_F_SC_DEQ);
}
RC_GTEST_PROP(RingEnds, LeaveRingsOfManyToDpdksOwnCalls, ()) {
  walk(*rc::gen::element<unsigned>(0, RING_F_SP_ENQ, RING_F_SC_DEQ,
                                   RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ,
                                   RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ));
}

}  // namespace
}  // namespace ringside::dpdk
