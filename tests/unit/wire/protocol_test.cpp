// SPDX-License-Identifier: BSD-3-Clause
#include "wire/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "wire/replies.hpp"

namespace ringside::wire {
namespace {

using ::testing::HasSubstr;

constexpr unsigned kPorts = 2;

template <typename T>
T parsed(std::string_view line) {
  const ParsedLine result = parse_line(line, kPorts);
  EXPECT_TRUE(result.command) << result.command.error().message;
  if (!result.command || !std::holds_alternative<T>(*result.command)) {
    ADD_FAILURE() << "another command than expected: " << line;
    return {};
  }
  return std::get<T>(*result.command);
}

/// The sentence with which a line is refused; "" when it is a command.
std::string refusal(std::string_view line, unsigned ports = kPorts) {
  const ParsedLine result = parse_line(line, ports);
  return result.command ? std::string() : result.command.error().message;
}

TEST(ParseLine, ReadsLoad) {
  const auto load = parsed<Load>(R"({"cmd":"load","file":"a.pcap","as":"a"})");
  EXPECT_EQ(load.file, "a.pcap");
  EXPECT_EQ(load.as, "a");
}

TEST(ParseLine, ReadsSendWithDefaults) {
  const auto send = parsed<Send>(R"({"cmd":"send","port":1,"capture":"a"})");
  EXPECT_EQ(send.port, 1u);
  EXPECT_EQ(send.capture, "a");
  EXPECT_FALSE(send.count);
  EXPECT_EQ(send.loops, 1u);
  EXPECT_EQ(send.pace.kind, Pace::Kind::kAsap);
  EXPECT_EQ(send.record, "");
}

TEST(ParseLine, ReadsSendAtARate) {
  const auto send = parsed<Send>(
      R"({"cmd":"send","port":0,"capture":"a","count":100,"pace":"rate","rate":2.5,"record":"r"})");
  EXPECT_EQ(send.count, 100u);
  EXPECT_EQ(send.pace.kind, Pace::Kind::kRate);
  EXPECT_EQ(send.pace.rate, 2.5);
  EXPECT_EQ(send.record, "r");
}

TEST(ParseLine, ReadsSendByTheCapturesTiming) {
  const auto send = parsed<Send>(
      R"({"cmd":"send","port":0,"capture":"a","loops":3,"pace":"timing","speedup":2})");
  EXPECT_EQ(send.loops, 3u);
  EXPECT_EQ(send.pace.kind, Pace::Kind::kTiming);
  EXPECT_EQ(send.pace.speedup, 2);
  EXPECT_EQ(parsed<Send>(R"({"cmd":"send","port":0,"capture":"a","pace":"timing"})").pace.speedup,
            1);
}

TEST(ParseLine, TakesCountTogetherWithASingleLoop) {
  const auto send =
      parsed<Send>(R"({"cmd":"send","port":0,"capture":"a","count":100,"loops":1,"pace":"asap"})");
  EXPECT_EQ(send.count, 100u);
}

TEST(ParseLine, ReadsTheCommandsOfAPort) {
  EXPECT_EQ(parsed<StopSend>(R"({"cmd":"stop-send","port":1})").port, 1u);
  EXPECT_EQ(parsed<StartCapture>(R"({"cmd":"capture","port":1,"file":"o"})").file, "o");
  EXPECT_EQ(parsed<StopCapture>(R"({"cmd":"stop-capture","port":1})").port, 1u);
  EXPECT_EQ(parsed<Pause>(R"({"cmd":"pause","port":1})").port, 1u);
  EXPECT_EQ(parsed<Resume>(R"({"cmd":"resume","port":1})").port, 1u);
  parsed<Forget>(R"({"cmd":"forget"})");
  parsed<Report>(R"({"cmd":"report"})");
  parsed<Quit>(R"({"cmd":"quit"})");
}

TEST(ParseLine, KeepsCmdAndIdForTheReplyAlsoOfABadRequest) {
  const ParsedLine good = parse_line(R"({"cmd":"report","id":7})", kPorts);
  EXPECT_EQ(good.tag.cmd, "report");
  EXPECT_EQ(good.tag.id, "7");
  const ParsedLine bad = parse_line(R"({"cmd":"send","id":"a"})", kPorts);
  EXPECT_FALSE(bad.command);
  EXPECT_EQ(bad.tag.cmd, "send");
  EXPECT_EQ(bad.tag.id, R"("a")");
}

TEST(ParseLine, RefusesWhatIsNoRequest) {
  EXPECT_THAT(refusal("nonsense"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(R"({"cmd":"report"} trailing)"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("needs a \"cmd\""));
  EXPECT_THAT(refusal(R"({"cmd":5})"), HasSubstr("needs a \"cmd\""));
  EXPECT_THAT(refusal(R"({"cmd":"sned"})"),
              HasSubstr("no command \"sned\"; there are load, send, stop-send"));
}

struct BadRequest {
  const char* line;
  const char* complaint;
};
constexpr std::array kBadRequests{
    BadRequest{R"({"cmd":"load","as":"a"})", R"("load" needs the field "file")"},
    BadRequest{R"({"cmd":"load","file":"","as":"a"})", R"("file" must be a string)"},
    BadRequest{R"({"cmd":"load","file":7,"as":"a"})", R"("file" must be a string)"},
    BadRequest{R"({"cmd":"send","capture":"a"})", R"(needs the field "port")"},
    BadRequest{R"({"cmd":"send","port":2,"capture":"a"})", R"(number from 0 to 1, not 2)"},
    BadRequest{R"({"cmd":"send","port":-1,"capture":"a"})", R"(number from 0 to 1, not -1)"},
    BadRequest{R"({"cmd":"send","port":0.5,"capture":"a"})", R"(number from 0 to 1)"},
    BadRequest{R"({"cmd":"send","port":4294967296,"capture":"a"})", R"(not 4294967296)"},
    BadRequest{R"({"cmd":"send","port":"0","capture":"a"})", R"(number from 0 to 1, not "0")"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","cout":5})", R"(no field "cout")"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","count":0})", R"("count" must be)"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","count":1.5})", R"("count" must be)"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","loops":-1})", R"("loops" must be)"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","count":5,"loops":2})", "leave out"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"fast"})", R"(not "fast")"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"rate"})", R"(field "rate")"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"rate","rate":0})", "above 0"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"rate","rate":-3})", "above 0"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"rate","rate":"9"})", "above 0"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"rate","rate":1e999})", "JSON"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","rate":5})", R"(with "pace":"rate" only)"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","pace":"timing","speedup":0})", "above 0"},
    BadRequest{R"({"cmd":"send","port":0,"capture":"a","speedup":2})", R"("timing" only)"},
    BadRequest{R"({"cmd":"capture","port":0})", R"(needs the field "file")"},
    BadRequest{R"({"cmd":"pause","port":0,"file":"x"})", R"("pause" has no field "file")"},
    BadRequest{R"({"cmd":"report","port":0})", R"("report" has no field "port")"},
    BadRequest{R"({"cmd":"quit","now":true})", R"("quit" has no field "now")"},
};

TEST(ParseLine, RefusesEveryFieldThatIsMissingUnknownOrOutOfRange) {
  for (const BadRequest& bad : kBadRequests) {
    EXPECT_THAT(refusal(bad.line), HasSubstr(bad.complaint)) << bad.line;
  }
}

TEST(ParseLine, SaysWhenTheServerHasNoRingPorts) {
  EXPECT_THAT(refusal(R"({"cmd":"pause","port":0})", 0), HasSubstr("no ring port"));
}

// Whatever comes in, what goes out is a line that can be printed.
RC_GTEST_PROP(ParseLine, AnswersAnyBytesWithACommandOrASentence, (std::string line)) {
  const ParsedLine result = parse_line(line, kPorts);
  if (!result.command) RC_ASSERT(!error_reply(result.tag, result.command.error().message).empty());
}

RC_GTEST_PROP(ParseLine, AnswersARequestWithAnyByteReplacedOrCutOff,
              (std::size_t at, char byte, bool cut)) {
  std::string line = R"({"cmd":"send","id":"x","port":0,"capture":"a","pace":"rate","rate":10})";
  at %= line.size();
  line[at] = byte;
  if (cut) line.resize(at);
  const ParsedLine result = parse_line(line, kPorts);
  if (!result.command) RC_ASSERT(!error_reply(result.tag, result.command.error().message).empty());
}

// The longest line holds more brackets than a stack holds calls.
TEST(ParseLine, RefusesDeepNestingWhereverItStands) {
  EXPECT_THAT(refusal(std::string(60'000, '[')), HasSubstr("not valid JSON"));
  const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
  EXPECT_THAT(refusal(deep), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(R"({"cmd":"report","id":)" + deep + "}"),
              HasSubstr("\"id\" must be a string or a number, not an array"));
  EXPECT_THAT(refusal(R"({"cmd":"pause","port":)" + deep + "}"), HasSubstr("not an array"));
  EXPECT_THAT(refusal(R"({"cmd":)" + deep + "}"), HasSubstr("needs a \"cmd\""));
}

}  // namespace
}  // namespace ringside::wire
