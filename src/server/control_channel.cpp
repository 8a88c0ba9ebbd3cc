// SPDX-License-Identifier: BSD-3-Clause
#include "server/control_channel.hpp"

#include "dpdk/mp_socket.hpp"

namespace ringside::server {

using control::Refusal;
using control::Refused;

namespace {

constexpr auto kSendPatience = std::chrono::milliseconds(50);
constexpr auto kDeafFor = std::chrono::seconds(3);
constexpr auto kLook = std::chrono::milliseconds(50);
constexpr std::size_t kManyDeaf = 64;

void count_one(std::atomic<std::uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

/// Heartbeats and leaves are sent without waiting for an answer; for DPDK at the other end an
/// answer to one would be an error to complain of.
bool wants_answer(const control::Message& message) {
  return std::holds_alternative<control::JoinRequest>(message);
}

}  // namespace

Result<std::unique_ptr<ControlChannel>> ControlChannel::open(
    control::ServerFacts facts, const std::string& runtime_directory, const dpdk::Log& log,
    std::function<std::string()> statistics) {
  if (Status guarded = dpdk::guard_mp_socket(runtime_directory, kSendPatience); !guarded) {
    return guarded.error();
  }
  std::unique_ptr<ControlChannel> channel(
      new ControlChannel(std::move(facts), log, std::move(statistics)));
  auto inbox = dpdk::MpInbox::open({control::kActionName, control::kStatisticsName});
  if (!inbox) return inbox.error();
  channel->inbox_ = std::move(*inbox);
  auto thread = dpdk::ControlThread::start("ringside-mp", [&channel = *channel] { channel.run(); });
  if (!thread) return thread.error();
  channel->thread_.emplace(std::move(*thread));
  return channel;
}

ControlChannel::~ControlChannel() {
  stop();
}

void ControlChannel::stop() {
  stop_.store(true, std::memory_order_relaxed);
  if (inbox_ != nullptr) inbox_->wake();
  thread_.reset();
}

void ControlChannel::run() {
  dpdk::Letter letter;
  Answer answer;
  while (!stop_.load(std::memory_order_relaxed)) {
    inbox_->wait(kLook);
    while (answers_.pop(answer)) send(answer);
    while (inbox_->take(letter)) handle(letter);
  }
}

void ControlChannel::send(const Answer& answer) {
  if (answer.reply.refusal != Refusal::kNone) {
    log_refusal(answer.to.pid, {answer.reply.refusal, std::string(answer.reply.words.view())});
  }
  reply(answer.to, control::encode(answer.reply).view());
}

void ControlChannel::handle(const dpdk::Letter& letter) {
  if (letter.action() == control::kStatisticsName) return answer_statistics(letter);
  const control::Decoded decoded = control::decode(letter.payload());
  if (const auto* malformed = std::get_if<Refused>(&decoded)) {
    return refuse(letter, *malformed, true);
  }
  const auto& message = std::get<control::Message>(decoded);
  if (const auto refused = control::examine(message, letter.from.pid, facts_)) {
    return refuse(letter, *refused, wants_answer(message));
  }
  if (!accepted_.push({message, letter.from})) count_one(refused(Refusal::kFlooding));
}

void ControlChannel::answer_statistics(const dpdk::Letter& letter) {
  std::string text;
  if (letter.size == 0) {
    text = statistics_();
    count_one(requests_);
  } else {
    const Refused refused{Refusal::kMalformed, "client_request carries no data"};
    count_one(this->refused(refused.reason));
    log_refusal(letter.from.pid, refused);
    text = "refused: " + refused.words;
  }
  text.resize(std::min(text.size(), control::kMaxPayload - 1));
  // With its zero: the lesson's client prints it as a string of C.
  reply(letter.from, std::as_bytes(std::span(text.c_str(), text.size() + 1)));
}

void ControlChannel::refuse(const dpdk::Letter& letter, const Refused& refused, bool answered) {
  count_one(this->refused(refused.reason));
  log_refusal(letter.from.pid, refused);
  if (!answered) return;
  control::JoinReply answer;
  answer.refusal = refused.reason;
  answer.words = control::FixedText<control::JoinReply{}.words.kWidth>(refused.words);
  reply(letter.from, control::encode(answer).view());
}

void ControlChannel::reply(const dpdk::ReturnAddress& to, std::span<const std::byte> payload) {
  const auto now = Clock::now();
  const auto deaf = deaf_.find(to.pid);
  if (deaf != deaf_.end() && now < deaf->second) return count_one(unanswered_);
  if (dpdk::mp_reply(to, payload)) return;
  count_one(unanswered_);
  if (deaf_.size() >= kManyDeaf) deaf_.clear();
  deaf_[to.pid] = now + kDeafFor;
}

void ControlChannel::log_refusal(std::uint32_t pid, const Refused& refused) {
  const auto now = Clock::now();
  Clock::time_point& last = logged_[static_cast<std::size_t>(refused.reason)];
  if (now - last < std::chrono::seconds(1)) return;
  last = now;
  log_.warning("Refused a message of process {}: {}", pid, refused.words);
}

void ControlChannel::answer(const dpdk::ReturnAddress& to, const control::JoinReply& reply) {
  if (reply.refusal == Refusal::kNone) {
    count_one(joins_);
  } else {
    count_one(refused(reply.refusal));
  }
  if (!answers_.push({to, reply})) count_one(unanswered_);
  inbox_->wake();
}

void ControlChannel::count(const control::Message& message, Refusal refusal) {
  if (refusal != Refusal::kNone) return count_one(refused(refusal));
  if (std::holds_alternative<control::Leave>(message)) count_one(leaves_);
  if (std::holds_alternative<control::Heartbeat>(message)) count_one(heartbeats_);
}

ControlBooks ControlChannel::books() const {
  const auto load = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  ControlBooks books;
  books.joins = load(joins_);
  books.leaves = load(leaves_);
  books.heartbeats = load(heartbeats_);
  books.requests = load(requests_);
  books.unanswered = load(unanswered_);
  for (std::size_t i = 0; i < refused_.size(); ++i) books.refused[i] = load(refused_[i]);
  books.refused[static_cast<std::size_t>(Refusal::kFlooding)] += inbox_->flooded();
  return books;
}

}  // namespace ringside::server
