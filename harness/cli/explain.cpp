// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/explain.hpp"

#include <fmt/format.h>

#include "harness/explain/explanation.hpp"
#include "harness/explain/typed_flow.hpp"
#include "harness/pcap/capture_file.hpp"

namespace ringside::harness {
namespace {

Status check(const ExplainOptions& options) {
  if (options.clients < 1 || options.clients > kMaxClients) {
    return Error{fmt::format("--clients {}: the number of clients goes from 1 to {}",
                             options.clients, kMaxClients)};
  }
  if (options.port >= kMaxPorts) {
    return Error{
        fmt::format("--port {}: port indexes go from 0 to {}", options.port, kMaxPorts - 1)};
  }
  if (options.capture.empty() == options.flow.empty()) {
    return Error{"explain needs either a capture with --packet N, or --flow TEXT"};
  }
  if (!options.capture.empty() && !options.packet) {
    return Error{
        fmt::format("which packet of {}? Say --packet N, counted from 1", options.capture)};
  }
  return Done{};
}

std::string answer(const Question& question, bool json) {
  const Explanation explanation = explain(question);
  return json ? to_json(explanation) + "\n" : to_text(explanation);
}

Result<std::string> explain_packet(const ExplainOptions& options, Question question) {
  const auto frames = read_capture(options.capture);
  if (!frames) return frames.error();
  const std::uint64_t number = *options.packet;
  if (number < 1 || number > frames->size()) {
    return Error{fmt::format("{} has packets 1 to {}, and --packet asks for {}", options.capture,
                             frames->size(), number)};
  }
  question.frame = (*frames)[number - 1].bytes;
  question.position = number - 1;
  question.subject = fmt::format("packet {} of {}", number, options.capture);
  return answer(question, options.json);
}

Result<std::string> explain_flow(const ExplainOptions& options, Question question) {
  const auto frame = typed_flow_frame(options.flow);
  if (!frame) return frame.error();
  question.frame = *frame;
  question.frame_is_real = false;
  question.position = options.packet.value_or(1) - 1;
  question.subject = fmt::format("flow '{}'", options.flow);
  return answer(question, options.json);
}

}  // namespace

Result<std::string> explain_text(const ExplainOptions& options) {
  if (const Status valid = check(options); !valid) return valid.error();
  const auto policy = parse_policy(options.policy);
  if (!policy) return policy.error();
  if (options.packet == 0u) return Error{"--packet 0: packets are counted from 1"};
  Question question;
  question.policy = *policy;
  question.clients = ClientSet::first(options.clients);
  question.port = PortIndex{static_cast<std::uint8_t>(options.port)};
  return options.flow.empty() ? explain_packet(options, question) : explain_flow(options, question);
}

}  // namespace ringside::harness
