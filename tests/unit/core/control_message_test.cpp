// SPDX-License-Identifier: BSD-3-Clause
#include "core/control_message.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <set>

#include "frames.hpp"

namespace ringside::control {
namespace {

using ::testing::HasSubstr;

const ServerFacts kServer{2, "DPDK 22.11.11"};

JoinRequest good_join() {
  JoinRequest join;
  join.id = 1;
  join.pid = 4711;
  join.start_time = 123456;
  join.lcores = {std::uint64_t{1} << 5, 0};
  join.layout_version = shared::kLayoutVersion;
  join.dpdk_version = FixedText<32>("DPDK 22.11.11");
  return join;
}

std::vector<Payload> one_of_each() {
  JoinReply reply;
  reply.words = FixedText<224>("no");
  return {encode(good_join()), encode(reply), encode(Leave{1, 2, 3}),
          encode(Heartbeat{1, 2, 3, 4})};
}

/// Decodes a copy that lies in a block of exactly its size.
Decoded decode_exactly(std::span<const std::byte> bytes) {
  const test::ExactBuffer exact(bytes);
  return decode(exact.bytes());
}
Refusal reason(const Decoded& decoded) {
  const auto* refused = std::get_if<Refused>(&decoded);
  return refused == nullptr ? Refusal::kNone : refused->reason;
}

template <typename M>
void comes_back(const M& message) {
  const Decoded decoded = decode_exactly(encode(message).view());
  ASSERT_TRUE(std::holds_alternative<Message>(decoded)) << std::get<Refused>(decoded).words;
  EXPECT_EQ(std::get<M>(std::get<Message>(decoded)), message);
}

TEST(ControlMessage, OfEveryKindComesBackAsItWasSent) {
  comes_back(good_join());
  comes_back(JoinReply{3, 9, Refusal::kLcoreTaken, FixedText<224>("lcore id 5 is taken")});
  comes_back(Leave{1, 4711, 3});
  comes_back(Heartbeat{1, 4711, 3, ~std::uint64_t{0}});
}

TEST(ControlMessage, FitsThePayloadOfDpdk) {
  for (const Payload& payload : one_of_each()) EXPECT_LE(payload.size, kMaxPayload);
}

TEST(ControlMessage, OfAnyOtherLengthIsMalformed) {
  for (const Payload& payload : one_of_each()) {
    for (std::size_t size = 0; size <= kMaxPayload; ++size) {
      const Decoded decoded = decode_exactly({payload.bytes.data(), size});
      EXPECT_EQ(reason(decoded), size == payload.size ? Refusal::kNone : Refusal::kMalformed)
          << size;
    }
  }
}

TEST(ControlMessage, LongerThanAnyPayloadIsMalformed) {
  const std::vector<std::byte> long_one(kMaxPayload + 1);
  EXPECT_EQ(reason(decode_exactly(long_one)), Refusal::kMalformed);
}

TEST(ControlMessage, OfAnotherVersionIsRefusedAndBothAreNamed) {
  Payload payload = encode(Leave{});
  payload.bytes[4] = std::byte{2};
  const Decoded decoded = decode_exactly(payload.view());
  EXPECT_EQ(reason(decoded), Refusal::kOtherVersion);
  EXPECT_THAT(std::get<Refused>(decoded).words,
              HasSubstr("version 2, the server speaks version 1"));
}

TEST(ControlMessage, WithoutTheMagicOrOfNoKindIsMalformed) {
  Payload stranger = encode(Leave{});
  stranger.bytes[0] ^= std::byte{1};
  EXPECT_EQ(reason(decode_exactly(stranger.view())), Refusal::kMalformed);
  for (const int kind : {0, 5, 0xff}) {
    Payload payload = encode(Leave{});
    payload.bytes[6] = std::byte(kind);
    EXPECT_EQ(reason(decode_exactly(payload.view())), Refusal::kMalformed) << kind;
  }
}

TEST(ControlMessage, WithTextThatNobodyMayPrintIsMalformed) {
  for (const char* bad : {"DPDK\n22", "\x1b[2J", "\xff"}) {
    JoinRequest join = good_join();
    std::strncpy(join.dpdk_version.bytes().data(), bad, 31);
    EXPECT_EQ(reason(decode_exactly(encode(join).view())), Refusal::kMalformed) << bad;
  }
  JoinRequest endless = good_join();
  endless.dpdk_version.bytes().fill('x');
  EXPECT_EQ(reason(decode_exactly(encode(endless).view())), Refusal::kMalformed);
  JoinRequest hidden = good_join();
  hidden.dpdk_version.bytes().back() = 'x';
  EXPECT_EQ(reason(decode_exactly(encode(hidden).view())), Refusal::kMalformed);
}

TEST(ControlMessage, WithAnUnknownReasonIsMalformed) {
  JoinReply reply;
  reply.refusal = static_cast<Refusal>(kRefusals);
  EXPECT_EQ(reason(decode_exactly(encode(reply).view())), Refusal::kMalformed);
}

TEST(FixedText, CutsWhatIsTooLongAndPrintsNothingUnprintable) {
  EXPECT_EQ(FixedText<4>("abcdef").view(), "abc");
  EXPECT_EQ(FixedText<8>("a\nb").view(), "a?b");
  EXPECT_TRUE(FixedText<4>("abcdef").valid());
  FixedText<4> endless;
  endless.bytes().fill('x');
  EXPECT_EQ(endless.view(), "xxxx");
}

rc::Gen<std::vector<std::byte>> any_payload(std::size_t longest) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, longest + 1), [](std::size_t size) {
    return rc::gen::container<std::vector<std::byte>>(
        size, rc::gen::map(rc::gen::arbitrary<std::uint8_t>(),
                           [](std::uint8_t value) { return std::byte{value}; }));
  });
}

RC_GTEST_PROP(AnyPayload, IsReadWithinItsBounds, ()) {
  const auto bytes = *any_payload(300);
  const Decoded decoded = decode_exactly(bytes);
  if (const auto* refused = std::get_if<Refused>(&decoded)) RC_ASSERT(!refused->words.empty());
}

RC_GTEST_PROP(AnyPayload, BehindAGoodHeaderIsReadWithinItsBoundsAndExamined, ()) {
  Payload payload = (*rc::gen::map(rc::gen::inRange(0, 4), [](int i) { return one_of_each()[i]; }));
  const auto changes = *rc::gen::inRange(0, 8);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(8, payload.size);
    payload.bytes[at] = std::byte(*rc::gen::arbitrary<std::uint8_t>());
  }
  const Decoded decoded = decode_exactly(payload.view());
  if (const auto* message = std::get_if<Message>(&decoded)) {
    const auto refused = examine(*message, *rc::gen::arbitrary<std::uint32_t>(), kServer);
    if (refused) RC_ASSERT(refused->reason != Refusal::kNone);
  }
}

RC_GTEST_PROP(AnyHeartbeat, ComesBackAsItWasSent,
              (std::uint32_t id, std::uint32_t pid, std::uint32_t generation,
               std::uint64_t progress)) {
  const Heartbeat sent{id, pid, generation, progress};
  RC_ASSERT(std::get<Heartbeat>(std::get<Message>(decode_exactly(encode(sent).view()))) == sent);
}

Refusal judged(const Message& message, std::uint32_t sender = 4711) {
  const auto refused = examine(message, sender, kServer);
  return refused ? refused->reason : Refusal::kNone;
}

TEST(Examine, LetsAGoodRequestPass) {
  EXPECT_EQ(judged(good_join()), Refusal::kNone);
  EXPECT_EQ(judged(Leave{0, 4711, 1}), Refusal::kNone);
  EXPECT_EQ(judged(Heartbeat{1, 4711, 1, 5}), Refusal::kNone);
}

TEST(Examine, RefusesAMessageThatNamesAnotherProcessThanItsSender) {
  EXPECT_EQ(judged(good_join(), 4712), Refusal::kForgedPid);
  EXPECT_EQ(judged(Leave{0, 4711, 1}, 4712), Refusal::kForgedPid);
  EXPECT_EQ(judged(Heartbeat{0, 4711, 1, 1}, 4712), Refusal::kForgedPid);
  EXPECT_EQ(judged(Heartbeat{0, 0, 1, 1}, 0), Refusal::kForgedPid) << "a sender without a name";
}

TEST(Examine, RefusesAnIdThatTheServerDoesNotHave) {
  for (const std::uint32_t id : {2u, 16u, 256u, 0xffffffffu}) {
    JoinRequest join = good_join();
    join.id = id;
    EXPECT_EQ(judged(join), Refusal::kUnknownId) << id;
    EXPECT_EQ(judged(Heartbeat{id, 4711, 1, 1}), Refusal::kUnknownId) << id;
  }
}

TEST(Examine, RefusesAnotherBuildInWords) {
  JoinRequest layout = good_join();
  ++layout.layout_version;
  EXPECT_EQ(judged(layout), Refusal::kOtherLayout);
  JoinRequest dpdk = good_join();
  dpdk.dpdk_version = FixedText<32>("DPDK 25.11.2");
  const auto refused = examine(dpdk, 4711, kServer);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason, Refusal::kOtherDpdk);
  EXPECT_EQ(refused->words,
            "the client runs on DPDK 25.11.2, the server on DPDK 22.11.11; start both on one DPDK");
}

TEST(Examine, RefusesAClientWithoutLcoresOrWithAChosenGeneration) {
  JoinRequest none = good_join();
  none.lcores = {};
  EXPECT_EQ(judged(none), Refusal::kMalformed);
  JoinRequest chosen = good_join();
  chosen.generation_wish = 3;
  EXPECT_EQ(judged(chosen), Refusal::kMalformed);
}

TEST(Examine, RefusesAReplyThatNobodyAskedFor) {
  EXPECT_EQ(judged(JoinReply{}), Refusal::kMalformed);
}

TEST(ControlWords, OfEveryRefusalFitTheReply) {
  const std::size_t room = JoinReply{}.words.kWidth - 1;
  constexpr std::uint32_t kBig = 0xffffffff;
  EXPECT_LE(unknown_id_words(kBig, kBig).size(), room);
  EXPECT_LE(id_taken_words(kBig, kBig).size(), room);
  EXPECT_LE(lcore_taken_words(kBig, kBig).size(), room);
}

TEST(PidOfSocket, IsInTheNameOfASecondarysSocketAlone) {
  EXPECT_EQ(pid_of_socket("/run/dpdk/rte/mp_socket_4711_1a2b3c"), 4711u);
  EXPECT_EQ(pid_of_socket("mp_socket_1_0"), 1u);
  for (const char* other :
       {"", "/run/dpdk/rte/mp_socket", "/x/mp_socket_", "/x/mp_socket_12", "/x/mp_socket__12",
        "/x/mp_socket_12_", "/x/mp_socket_12_xyz", "/x/mp_socket_-3_1",
        "/x/mp_socket_99999999999_1", "/x/other_12_1", "/mp_socket_12_1/else"}) {
    EXPECT_EQ(pid_of_socket(other), 0u) << other;
  }
}

TEST(Refusals, HaveANameEach) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kRefusals; ++i) names.insert(to_text(static_cast<Refusal>(i)));
  EXPECT_EQ(names.size(), kRefusals);
  EXPECT_EQ(names.count("unknown"), 0u);
  for (const std::string& name : names) {
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace ringside::control
