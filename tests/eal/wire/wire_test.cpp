// SPDX-License-Identifier: BSD-3-Clause
#include "wire/wire.hpp"

#include <gmock/gmock.h>

#include "dpdk/ring_end.hpp"
#include "dpdk/ring_steps.hpp"
#include "wire_fixture.hpp"

namespace ringside::wire {
namespace {

using ::testing::HasSubstr;

[[maybe_unused]] const auto* const kEal = ::testing::AddGlobalTestEnvironment(new EalWithLanes);

/// Thrown where a process would be killed.
struct Killed {};

std::vector<std::string> frames(const std::string& path) {
  const auto capture = pcap::read_capture(path);
  if (!capture) return {capture.error().message};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < capture->size(); ++i) {
    const pcap::Packet packet = (*capture)[i];
    texts.emplace_back(packet.bytes.begin(), packet.bytes.end());
  }
  return texts;
}

TEST_F(WireTest, CapturesByteForByteWhatItSent) {
  load({60, 1, 256, 257, 512, 9000});
  const std::string out = scratch_.path("out.pcap");
  ASSERT_EQ(ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump())["ok"], true);
  const json sent = ask(R"({"cmd":"send","port":0,"capture":"c","id":"s"})");
  EXPECT_EQ(sent["ok"], true);
  EXPECT_EQ(sent["id"], "s");
  EXPECT_EQ(sent["sent"], 6);
  EXPECT_EQ(sent["refused"], 0);
  forward(0, 6);
  wait_captured(1, 6);
  EXPECT_EQ(ask(R"({"cmd":"stop-capture","port":1})")["packets"], 6);
  EXPECT_EQ(frames(out), frames(scratch_.path("in.pcap")));
}

TEST_F(WireTest, StampsCapturedPacketsWithTheTimeOfDay) {
  load({60});
  const std::string out = scratch_.path("out.pcap");
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump());
  ask(R"({"cmd":"send","port":0,"capture":"c"})");
  forward(0, 1);
  wait_captured(1, 1);
  ask(R"({"cmd":"stop-capture","port":1})");
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  const std::chrono::nanoseconds time((*pcap::read_capture(out))[0].time_ns);
  // The wire reads the time of day once; DPDK knows the counter's frequency to a per mille or so.
  EXPECT_GT(time, before - 1s);
  EXPECT_LT(time, after + 1s);
}

TEST_F(WireTest, RingsForAServerThatSleepsWhenItHasSentSomething) {
  load({60});
  server_.info->server_naps = 1;
  report(0);  // a turn later
  EXPECT_EQ(server_.info->wire.bell, 0u);
  ask(R"({"cmd":"send","port":1,"capture":"c"})");
  EXPECT_TRUE(poll_until(kDeadline, [this] { return server_.info->wire.bell == 1; }));
}

TEST_F(WireTest, RingsForAServerThatFallsAsleepOnAPacket) {
  load({60});
  ask(R"({"cmd":"send","port":0,"capture":"c"})");
  report(0);
  EXPECT_EQ(server_.info->wire.bell, 0u) << "it is awake";
  server_.info->server_naps = 1;
  EXPECT_TRUE(poll_until(kDeadline, [this] { return server_.info->wire.bell == 1; }));
}

TEST_F(WireTest, AsapWaitsForRoomAndRefusesNothing) {
  load(std::vector<std::size_t>(20, 60));
  request(R"({"cmd":"send","port":0,"capture":"c","loops":10,"pace":"asap"})");
  forward(0, 200);
  const json sent = next_reply();
  EXPECT_EQ(sent["sent"], 200);
  EXPECT_EQ(sent["refused"], 0);
}

TEST_F(WireTest, AsapWaitsForMbufsWhenThePoolIsLow) {
  load({9000});  // 36 mbufs each: 14 of them empty the pool long before the ring is full
  request(R"({"cmd":"send","port":0,"capture":"c","count":40})");
  forward(0, 40);
  const json sent = next_reply();
  EXPECT_EQ(sent["sent"], 40);
  EXPECT_EQ(sent["refused"], 0);
}

TEST_F(WireTest, OpenLoopRefusesWhatFindsTheRingFull) {
  load({60});
  const std::string record = scratch_.path("record.pcap");
  const json sent = ask(json{
      {"cmd", "send"},
      {"port", 0},
      {"capture", "c"},
      {"count", 100},
      {"pace", "rate"},
      {"rate", 1e9},
      {"record", record}}.dump());
  EXPECT_EQ(sent["sent"], kRingSize - 1);
  EXPECT_EQ(sent["refused"], 100 - (kRingSize - 1));
  EXPECT_EQ(frames(record).size(), kRingSize - 1) << "the record holds what was accepted";
  EXPECT_EQ(report(0)["refused"], 100 - (kRingSize - 1));
}

TEST_F(WireTest, SendsOnSeveralPortsAtOnceAndAnswersMeanwhile) {
  load({60});
  request(R"({"cmd":"send","port":0,"capture":"c","count":5,"pace":"rate","rate":0.001,"id":0})");
  request(R"({"cmd":"send","port":1,"capture":"c","count":5,"id":1})");
  EXPECT_EQ(next_reply()["id"], 1);
  EXPECT_EQ(report(0)["sending"], true);
  EXPECT_EQ(report(1)["sending"], false);
  const json busy = ask(R"({"cmd":"send","port":0,"capture":"c"})");
  EXPECT_THAT(busy["error"], HasSubstr("port 0 is sending already"));

  request(R"({"cmd":"stop-send","port":0,"id":2})");
  const json ended = next_reply();
  EXPECT_EQ(ended["cmd"], "send");
  EXPECT_EQ(ended["id"], 0);
  EXPECT_EQ(ended["ok"], true);
  EXPECT_EQ(ended["sent"], 1);
  EXPECT_EQ(next_reply()["id"], 2);
}

TEST_F(WireTest, TakesPacketsFromEveryQueueAndMeasuresThem) {
  load({60});
  ask(R"({"cmd":"send","port":0,"capture":"c","count":3})");
  forward(0, 3, 0);
  ask(R"({"cmd":"send","port":0,"capture":"c","count":4})");
  forward(0, 4, 1);
  wait_captured(1, 7);
  const json latency = report(1)["latency_ns"];
  EXPECT_EQ(latency["count"], 7);
  EXPECT_GT(latency["min"], 0);
  EXPECT_LE(latency["min"], latency["p50"]);
  EXPECT_LE(latency["p50"], latency["max"]);
}

TEST_F(WireTest, ForgetsLatenciesButNotPacketsWhenAsked) {
  load({60});
  ask(R"({"cmd":"send","port":0,"capture":"c","count":3})");
  forward(0, 3);
  wait_captured(1, 3);
  EXPECT_EQ(ask(R"({"cmd":"forget"})")["ok"], true);
  EXPECT_EQ(report(1)["latency_ns"]["count"], 0);
  EXPECT_EQ(report(1)["captured"], 3);
  ask(R"({"cmd":"send","port":0,"capture":"c","count":2})");
  forward(0, 2);
  wait_captured(1, 5);
  EXPECT_EQ(report(1)["latency_ns"]["count"], 2);
}

TEST_F(WireTest, TakesNothingFromAPausedPort) {
  load({60});
  EXPECT_EQ(ask(R"({"cmd":"pause","port":1})")["ok"], true);
  ask(R"({"cmd":"send","port":0,"capture":"c","count":5})");
  forward(0, 5);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(report(1)["captured"], 0);
  EXPECT_EQ(server_.tx[1][0].view().used(), 5u);
  EXPECT_EQ(ask(R"({"cmd":"resume","port":1})")["ok"], true);
  wait_captured(1, 5);
}

TEST_F(WireTest, CountsAPacketOfAnotherPoolWithoutMeasuringIt) {
  const auto pool =
      *dpdk::Mempool::create("other_pool", {.mbufs = 63, .data_room = kRoom, .cache = 0}, 0);
  const std::array<std::uint8_t, 60> bytes{};
  const dpdk::Packet packet = dpdk::make_packet(pool.view(), bytes);
  server_.field.set(packet, dpdk::TscClock::tsc());  // left over from another life
  ASSERT_EQ(server_.tx[0][0].view().enqueue({&packet, 1}), 1u);
  wait_captured(0, 1);
  EXPECT_EQ(report(0)["latency_ns"]["count"], 0);
  EXPECT_EQ(pool.view().in_use(), 0u);
}

TEST_F(WireTest, AnswersEveryBadRequestAndGoesOn) {
  const std::vector<std::pair<std::string, std::string>> requests{
      {"nonsense", "not valid JSON"},
      {R"({"cmd":"fly"})", "no command"},
      {R"({"cmd":"send","port":0,"capture":"none"})", "no capture 'none' is loaded"},
      {R"({"cmd":"load","file":"/nowhere.pcap","as":"a"})", "/nowhere.pcap does not exist"},
      {R"({"cmd":"stop-send","port":0})", "port 0 is not sending"},
      {R"({"cmd":"stop-capture","port":0})", "port 0 is not captured"},
      {R"({"cmd":"capture","port":0,"file":"/nowhere/x"})", "cannot be written"},
      {R"({"cmd":"pause","port":9})", "from 0 to 1"},
      {std::string(LineReader::kLongestLine + 1, '{'), "longer than"},
  };
  for (const auto& [line, sentence] : requests) {
    const json reply = ask(line);
    EXPECT_EQ(reply["ok"], false);
    EXPECT_THAT(reply["error"], HasSubstr(sentence));
  }
  const std::string empty = scratch_.file("e.pcap", ringside::fixtures::pcap_header());
  EXPECT_THAT(ask(json{{"cmd", "load"}, {"file", empty}, {"as", "e"}}.dump())["error"],
              HasSubstr("holds no packets"));
  load({60});
  EXPECT_THAT(ask(R"({"cmd":"send","port":0,"capture":"c","record":"/nowhere/x"})")["error"],
              HasSubstr("cannot be written"));
  EXPECT_EQ(ask(R"({"cmd":"report"})")["ok"], true);
}

TEST_F(WireTest, RefusesASecondCaptureOfAPort) {
  const std::string out = scratch_.path("out.pcap");
  ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump());
  EXPECT_THAT(ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump())["error"],
              HasSubstr("port 1 is captured already"));
}

TEST_F(WireTest, GivesEverythingBackWhenTheServerHasStoppedAndStillAnswers) {
  load({60});
  const std::string out = scratch_.path("out.pcap");
  ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump());
  ask(R"({"cmd":"pause","port":1})");
  request(R"({"cmd":"send","port":0,"capture":"c","count":1000})");
  forward(0, 10);
  EXPECT_FALSE(detached_);
  server_.set_state(shared::ServerState::kStopped);
  const json ended = next_reply();
  EXPECT_EQ(ended["ok"], false);
  EXPECT_THAT(ended["error"], HasSubstr("the server has stopped"));
  EXPECT_GE(ended["sent"], 10);

  EXPECT_TRUE(poll_until(kDeadline, [this] { return detached_.load(); }));
  EXPECT_EQ(server_.pool.view().in_use(), 0u) << "also what the server did not receive";
  EXPECT_THAT(ask(R"({"cmd":"send","port":0,"capture":"c"})")["error"],
              HasSubstr("the server has stopped"));
  EXPECT_EQ(report(1)["captured"], 10);
  EXPECT_EQ(ask(R"({"cmd":"stop-capture","port":1})")["packets"], 10);
}

TEST_F(WireTest, TakesAServerThatWasKilledForStopped) {
  server_.info->server_pid = 0x7fffffff;  // no process has it: above any pid_max
  EXPECT_TRUE(poll_until(kDeadline, [this] { return detached_.load(); }));
  EXPECT_EQ(ask(R"({"cmd":"report"})")["ok"], true);
}

TEST_F(WireTest, SendsNothingOfWhatAKilledOneWasAboutTo) {
  end_wire();
  const std::vector<dpdk::Packet> about_to_be(3, nullptr);
  const dpdk::RingView ring = server_.rx[0].view();
  EXPECT_THROW(dpdk::enqueue_in_steps(
                   ring, about_to_be, [] { throw Killed(); }, [] {}, [] {}),
               Killed);
  start_wire();
  load({60});
  ask(R"({"cmd":"send","port":0,"capture":"c"})");
  ASSERT_EQ(ring.used(), 1u);
  dpdk::Packet received = nullptr;
  ASSERT_EQ(ring.dequeue({&received, 1}), 1u);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->pkt_len, 60u);
  dpdk::free_packets({&received, 1});
}

TEST_F(WireTest, TakesWhatAKilledOneWasAboutToTake) {
  end_wire();
  const std::array<std::uint8_t, 60> bytes{};
  const std::array packets{dpdk::make_packet(server_.pool.view(), bytes),
                           dpdk::make_packet(server_.pool.view(), bytes)};
  const dpdk::RingView ring = server_.tx[0][1].view();
  ASSERT_EQ(ring.enqueue(packets), 2u);
  std::array<dpdk::Packet, 2> taken;
  EXPECT_THROW(dpdk::dequeue_in_steps(
                   ring, taken, [] { throw Killed(); }, [] {}),
               Killed);
  start_wire();
  wait_captured(0, 2);
}

TEST_F(WireTest, SendsAfterAKilledOneThatWasAboutToTakeFromThePool) {
  end_wire();
  ::rte_ring& lane = *dpdk::lane_of(server_.pool.view().get(), dpdk::kServerLane).get();
  lane.cons.head =
      lane.cons.head + 8;  // and the tail never follows: the next one to take would wait for it
  start_wire();
  const bool mended = lane.cons.head == lane.cons.tail;
  lane.cons.head = lane.cons.tail;  // a test that fails ends, too
  ASSERT_TRUE(mended);
  load(std::vector<std::size_t>(20, 60));
  EXPECT_EQ(ask(R"({"cmd":"send","port":0,"capture":"c"})")["sent"], 20);
}

TEST_F(WireTest, ShowsWhatAKilledOneHadGivenBack) {
  end_wire();
  const std::array<std::uint8_t, 60> bytes{};
  const dpdk::Packet packet = dpdk::make_packet(server_.pool.view(), bytes);
  ASSERT_EQ(server_.pool.view().in_use(), 1);
  ::rte_ring& lane = *dpdk::lane_of(server_.pool.view().get(), dpdk::kWireLane).get();
  dpdk::slots_of(lane)[lane.prod.head & lane.mask] = packet;
  lane.prod.head = lane.prod.head + 1;  // here it was killed
  start_wire();
  EXPECT_EQ(server_.pool.view().in_use(), 0);
}

TEST_F(WireTest, QuitAnswersTheSendsAndCompletesTheCaptures) {
  load({60});
  const std::string out = scratch_.path("out.pcap");
  ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump());
  ask(R"({"cmd":"pause","port":1})");
  request(R"({"cmd":"send","port":0,"capture":"c","count":3,"pace":"rate","rate":0.001})");
  forward(0, 1);
  EXPECT_EQ(ask(R"({"cmd":"quit"})")["cmd"], "send");
  EXPECT_EQ(next_reply(), json({{"cmd", "quit"}, {"ok", true}}));
  thread_.join();
  EXPECT_EQ(frames(out).size(), 1u) << "what was left on the paused port's ring belongs to it";
}

TEST_F(WireTest, EndsWithItsInput) {
  const std::string out = scratch_.path("out.pcap");
  ask(json{{"cmd", "capture"}, {"port", 1}, {"file", out}}.dump());
  ::close(std::exchange(requests_in_, -1));
  thread_.join();
  EXPECT_TRUE(frames(out).empty());
}

TEST_F(WireTest, EndsWhenNobodyReadsItsReplies) {
  std::signal(SIGPIPE, SIG_IGN);
  ::close(std::exchange(replies_out_, -1));
  request(R"({"cmd":"report"})");
  thread_.join();
}

TEST(WireAttach, SaysThatTheServerHasNoRingPort) {
  shared::SharedInfo info{};
  const auto wire = Wire::attach(info);
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(wire.error().message, HasSubstr("--ring-port"));
}

TEST(WireAttach, NamesTheRingThatIsMissing) {
  ServerSide server;
  server.info->wire_ports = kPorts + 1;
  const auto wire = Wire::attach(*server.info);
  ASSERT_FALSE(wire);
  EXPECT_THAT(wire.error().message, HasSubstr("MProc_Wire_RX_2"));
}

}  // namespace
}  // namespace ringside::wire
