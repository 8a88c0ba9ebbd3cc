// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mp_channel.hpp"

#include <gtest/gtest.h>

#include "core/idle.hpp"
#include "dpdk/mp_socket.hpp"
#include "eal_with_files.hpp"

namespace ringside::dpdk {
namespace {

using fixtures::MpFrame;
using fixtures::MpPeer;

const auto* const kEal = ::testing::AddGlobalTestEnvironment(new fixtures::EalWithFiles);
constexpr auto kPatience = std::chrono::seconds(20);

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class MpChannelTest : public ::testing::Test {
 protected:
  MpChannelTest() {
    const auto guarded =
        guard_mp_socket(::rte_eal_get_runtime_dir(), std::chrono::milliseconds(50));
    EXPECT_TRUE(guarded) << guarded.error().message;
    auto inbox = MpInbox::open({"question"});
    EXPECT_TRUE(inbox) << inbox.error().message;
    inbox_ = std::move(*inbox);
  }
  std::optional<Letter> next() {
    Letter letter;
    const bool came = poll_until(kPatience, [&] { return inbox_->take(letter); });
    return came ? std::optional(letter) : std::nullopt;
  }
  std::unique_ptr<MpInbox> inbox_;
};

TEST_F(MpChannelTest, KeepsAMessageWithItsSender) {
  const MpPeer peer(4711);
  ASSERT_EQ(peer.send(MpFrame::kMessage, "question", bytes_of("how?")), 0);
  const auto letter = next();
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->action(), "question");
  EXPECT_EQ(letter->from.pid, 4711u);
  EXPECT_EQ(std::vector(letter->payload().begin(), letter->payload().end()), bytes_of("how?"));
}

TEST_F(MpChannelTest, AnswersTheOneThatAskedUnderTheNameOfTheQuestion) {
  const MpPeer peer(4711);
  const MpPeer other(4712);
  peer.send(MpFrame::kRequest, "question", {});
  const auto letter = next();
  ASSERT_TRUE(letter);
  EXPECT_TRUE(mp_reply(letter->from, bytes_of("so")));
  const auto answer = peer.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->type, MpFrame::kReply);
  EXPECT_STREQ(answer->name.data(), "question");
  EXPECT_FALSE(other.receive(0));
}

TEST_F(MpChannelTest, TakesAPayloadOfEveryLengthThatDpdkAllows) {
  const MpPeer peer(4711);
  for (const std::size_t size : {0u, 1u, 255u, 256u}) {
    ASSERT_EQ(peer.send(MpFrame::kMessage, "question", std::vector<std::byte>(size)), 0) << size;
    const auto letter = next();
    ASSERT_TRUE(letter);
    EXPECT_EQ(letter->size, size);
  }
}

TEST_F(MpChannelTest, HasTheKernelDropWhatWouldEndDpdksThread) {
  const MpPeer peer(4711);
  const auto frame = [](int size, int descriptors) {
    MpFrame bad = MpFrame::of(MpFrame::kMessage, "question", {});
    bad.size = size;
    bad.descriptors = descriptors;
    return std::vector<std::byte>(bad.view().begin(), bad.view().end());
  };
  std::vector<std::vector<std::byte>> bad;
  for (const std::size_t length : {0, 3, 331, 333, 100'000}) bad.emplace_back(length);
  for (const int size : {257, 300, 511, 512, 65536, -1, 1 << 24}) bad.push_back(frame(size, 0));
  for (const int fds : {1, 8, 9, 256, 65536, -1}) bad.push_back(frame(0, fds));
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(peer.send(bad[i]), 0);
    peer.send(MpFrame::kMessage, "question", bytes_of("still there?"));
    const auto letter = next();
    ASSERT_TRUE(letter) << "deaf after number " << i;
    EXPECT_EQ(letter->size, 12u) << i;
  }
}

TEST_F(MpChannelTest, CountsTheFloodOfOneAndHearsTheOthers) {
  const MpPeer flooder(4711);
  const MpPeer peer(4712);
  constexpr std::uint64_t kMany = 1000, kRoom = 256;
  for (std::uint64_t i = 0; i < kMany; ++i) flooder.send(MpFrame::kMessage, "question", {});
  peer.send(MpFrame::kMessage, "question", bytes_of("me too"));
  // Nothing is taken before all has arrived: were the flooder heard, it would fill all room.
  poll_until(kPatience, [&] { return inbox_->flooded() >= kMany + 1 - kRoom; });
  std::uint64_t heard = 0;
  bool other_heard = false;
  poll_until(kPatience, [&] {
    Letter letter;
    while (inbox_->take(letter)) {
      ++heard;
      other_heard = other_heard || letter.from.pid == 4712;
    }
    return heard + inbox_->flooded() == kMany + 1;
  });
  EXPECT_EQ(heard + inbox_->flooded(), kMany + 1);
  EXPECT_TRUE(other_heard);
}

TEST_F(MpChannelTest, DoesNotWaitLongForAPeerThatDoesNotRead) {
  const MpPeer deaf(4711);
  deaf.send(MpFrame::kRequest, "question", {});
  const auto letter = next();
  ASSERT_TRUE(letter);
  unsigned answers = 0;
  while (mp_reply(letter->from, bytes_of("so")) && answers < 100'000) ++answers;
  EXPECT_LT(answers, 100'000u) << "a full queue refuses in the end, and the call returns";
}

TEST_F(MpChannelTest, LetsOneInboxBeOpenAtATime) {
  EXPECT_FALSE(MpInbox::open({"another"}));
  inbox_.reset();
  EXPECT_TRUE(MpInbox::open({"question"}));
}

TEST_F(MpChannelTest, RefusesAnActionThatIsRegisteredAlready) {
  inbox_.reset();
  EXPECT_FALSE(MpInbox::open({"twice", "twice"}));
  EXPECT_TRUE(MpInbox::open({"twice"})) << "and leaves nothing registered";
}

}  // namespace
}  // namespace ringside::dpdk
