// SPDX-License-Identifier: BSD-3-Clause
#include "server/control_channel.hpp"

#include <gmock/gmock.h>

#include "core/idle.hpp"
#include "eal_with_files.hpp"

namespace ringside::server {
namespace {

using control::Refusal;
using fixtures::MpFrame;
using fixtures::MpPeer;
using ::testing::HasSubstr;

constexpr unsigned kPid = 4711;
constexpr auto kPatience = std::chrono::seconds(20);

class ControlChannelTest : public ::testing::Test {
 protected:
  ControlChannelTest() {
    auto channel = ControlChannel::open({2, "DPDK 22.11.11"}, ::rte_eal_get_runtime_dir(), log_,
                                        [] { return std::string("Stats: RX=17"); });
    EXPECT_TRUE(channel) << channel.error().message;
    channel_ = std::move(*channel);
  }
  static control::JoinRequest good_join() {
    control::JoinRequest join;
    join.pid = kPid;
    join.lcores = {2, 0};
    join.layout_version = shared::kLayoutVersion;
    join.dpdk_version = control::FixedText<32>("DPDK 22.11.11");
    return join;
  }
  template <typename M>
  static int tell(const MpPeer& peer, const M& message) {
    return peer.send(MpFrame::kMessage, control::kActionName, control::encode(message).view());
  }
  static std::optional<control::JoinReply> ask(const MpPeer& peer,
                                               std::span<const std::byte> payload) {
    peer.send(MpFrame::kRequest, control::kActionName, payload);
    return hear(peer);
  }
  static std::optional<control::JoinReply> hear(const MpPeer& peer) {
    const auto frame = peer.receive();
    if (!frame) return std::nullopt;
    const control::Decoded decoded = control::decode(frame->payload());
    const auto* message = std::get_if<control::Message>(&decoded);
    if (message == nullptr) return std::nullopt;
    return std::get<control::JoinReply>(*message);
  }
  std::optional<ControlChannel::Accepted> next() {
    ControlChannel::Accepted accepted;
    const bool came = poll_until(kPatience, [&] { return channel_->next(accepted); });
    return came ? std::optional(accepted) : std::nullopt;
  }
  std::uint64_t refused(Refusal reason) const {
    return channel_->books().refused[static_cast<std::size_t>(reason)];
  }
  /// Waits until `reason` has been counted so often.
  bool counts(Refusal reason, std::uint64_t times) const {
    return poll_until(kPatience, [&] { return refused(reason) >= times; }) &&
           refused(reason) == times;
  }

  dpdk::Log log_{"test.channel"};
  std::unique_ptr<ControlChannel> channel_;
};

TEST_F(ControlChannelTest, HandsAGoodRequestToTheControlLoopAndCarriesItsAnswer) {
  const MpPeer peer(kPid);
  peer.send(MpFrame::kRequest, control::kActionName, control::encode(good_join()).view());
  const auto accepted = next();
  ASSERT_TRUE(accepted);
  EXPECT_EQ(std::get<control::JoinRequest>(accepted->message), good_join());
  channel_->answer(accepted->from, {0, 3, Refusal::kNone, {}});
  const auto reply = hear(peer);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->generation, 3u);
  EXPECT_EQ(channel_->books().joins, 1u);
}

TEST_F(ControlChannelTest, AnswersWhatItRefusesInWordsAndCountsIt) {
  const MpPeer peer(kPid);
  control::JoinRequest layout = good_join();
  layout.layout_version = 77;
  const auto reply = ask(peer, control::encode(layout).view());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->refusal, Refusal::kOtherLayout);
  EXPECT_THAT(std::string(reply->words.view()), HasSubstr("layout version 77"));
  EXPECT_EQ(refused(Refusal::kOtherLayout), 1u);

  const auto malformed = ask(peer, std::vector<std::byte>(256));
  ASSERT_TRUE(malformed);
  EXPECT_EQ(malformed->refusal, Refusal::kMalformed);
  EXPECT_EQ(refused(Refusal::kMalformed), 1u);

  ControlChannel::Accepted accepted;
  EXPECT_FALSE(channel_->next(accepted)) << "none of them reaches the control loop";
}

TEST_F(ControlChannelTest, RefusesAForgedPid) {
  const MpPeer forger(kPid + 1);
  const auto reply = ask(forger, control::encode(good_join()).view());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->refusal, Refusal::kForgedPid);
  tell(forger, control::Leave{0, kPid, 1});
  tell(forger, control::Heartbeat{0, kPid, 1, 5});
  EXPECT_TRUE(counts(Refusal::kForgedPid, 3));
  EXPECT_FALSE(forger.receive(0)) << "what was sent without waiting is not answered";
}

TEST_F(ControlChannelTest, PassesLeavesAndHeartbeatsOnInOrder) {
  const MpPeer peer(kPid);
  tell(peer, control::Heartbeat{1, kPid, 1, 5});
  tell(peer, control::Leave{1, kPid, 1});
  EXPECT_TRUE(std::holds_alternative<control::Heartbeat>(next()->message));
  EXPECT_TRUE(std::holds_alternative<control::Leave>(next()->message));
  channel_->count(control::Heartbeat{});
  channel_->count(control::Leave{}, Refusal::kOtherGeneration);
  const ControlBooks books = channel_->books();
  EXPECT_EQ(books.heartbeats, 1u);
  EXPECT_EQ(books.leaves, 0u);
  EXPECT_EQ(refused(Refusal::kOtherGeneration), 1u);
}

TEST_F(ControlChannelTest, AnswersTheLessonsRequestWithText) {
  const MpPeer peer(kPid);
  peer.send(MpFrame::kRequest, "client_request", {});
  const auto answer = peer.receive();
  ASSERT_TRUE(answer);
  EXPECT_STREQ(answer->name.data(), "client_request");
  EXPECT_STREQ(reinterpret_cast<const char*>(answer->bytes.data()), "Stats: RX=17");
  EXPECT_EQ(answer->size, 13) << "with the zero that ends a string of C";
  peer.send(MpFrame::kRequest, "client_request", std::vector<std::byte>(8));
  const auto refusal = peer.receive();
  ASSERT_TRUE(refusal);
  EXPECT_STREQ(reinterpret_cast<const char*>(refusal->bytes.data()),
               "refused: client_request carries no data");
  EXPECT_EQ(channel_->books().requests, 1u);
  EXPECT_EQ(refused(Refusal::kMalformed), 1u);
}

TEST_F(ControlChannelTest, SurvivesAFloodOfEverySortAndServesTheNext) {
  const MpPeer flooder(kPid + 1);
  const std::vector<std::byte> nonsense(200, std::byte{0xaa});
  constexpr std::uint64_t kMany = 10'000;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    flooder.send(MpFrame::kRequest, control::kActionName, nonsense);  // and reads no answer
  }
  const MpPeer peer(kPid);
  peer.send(MpFrame::kRequest, control::kActionName, control::encode(good_join()).view());
  EXPECT_TRUE(next());
  const auto all = [this] { return refused(Refusal::kMalformed) + refused(Refusal::kFlooding); };
  EXPECT_TRUE(poll_until(kPatience, [&] { return all() == kMany; })) << all();
  EXPECT_GT(channel_->books().unanswered, 0u);
}

TEST_F(ControlChannelTest, DoesNotAnswerForAWhileWhoDoesNotRead) {
  const MpPeer deaf(kPid);
  const auto unanswered = [this] { return channel_->books().unanswered; };
  for (unsigned i = 0; i < 50; ++i) deaf.send(MpFrame::kRequest, "client_request", {});
  ASSERT_TRUE(poll_until(kPatience, [&] { return channel_->books().requests == 50; }));
  const std::uint64_t before = unanswered();
  EXPECT_GT(before, 0u);
  while (deaf.receive(0)) continue;
  deaf.send(MpFrame::kRequest, "client_request", {});
  EXPECT_TRUE(poll_until(kPatience, [&] { return unanswered() == before + 1; }));
  EXPECT_FALSE(deaf.receive(0));
}

TEST_F(ControlChannelTest, CountsWhatFindsNoRoomWhileTheControlLoopIsBusy) {
  const MpPeer peer(kPid);
  for (unsigned i = 0; i < 90; ++i) tell(peer, control::Heartbeat{0, kPid, 1, i});
  EXPECT_TRUE(counts(Refusal::kFlooding, 26)) << refused(Refusal::kFlooding);
}

}  // namespace
}  // namespace ringside::server
