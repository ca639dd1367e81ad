#include "adapters/curl/smtp_delivery.h"

#include <stdexcept>
#include <utility>

namespace belfry::curl {

SmtpDelivery::SmtpDelivery(const Services& services, std::uint64_t id, SmtpTarget target, SmtpPlan plan)
    : services_(services), id_(id), target_(std::move(target)), plan_(std::move(plan)) {}

void SmtpDelivery::start(EventLoop::SteadyTime deadline, EventLoop::SteadyTime begin_by) {
  begin_by_ = begin_by;
  watchTime(begin_by, deadline);
  // A pooled connection proves that the login worked once.
  acquire(plan_.login_only ? SmtpPool::Want::fresh : SmtpPool::Want::any);
}

/// A dialogue that has begun by `begin_by` has until the deadline.
void SmtpDelivery::watchTime(EventLoop::SteadyTime until, EventLoop::SteadyTime deadline) {
  deadline_ = services_.loop.at(until, [this, until, deadline] {
    const auto self = shared_from_this();
    if (dialogue_ && until < deadline) return watchTime(deadline, deadline);
    giveUp(ExchangeError::timeout, "the deadline passed");
  });
}

void SmtpDelivery::acquire(SmtpPool::Want want) {
  waiting_ = true;
  const std::weak_ptr<SmtpDelivery> weak = weak_from_this();
  SmtpPool& pool = services_.pool;
  const auto grant = [weak, &pool, target = target_](std::unique_ptr<SmtpConnection> connection) {
    if (const auto self = weak.lock(); self && !self->finished_) return self->granted(std::move(connection));
    if (connection) pool.giveBack(std::move(connection));
    else pool.discard(target);
  };
  pool.acquire(target_, want, plan_.urgent, id_, grant);
}

void SmtpDelivery::granted(std::unique_ptr<SmtpConnection> connection) {
  waiting_ = false;
  holds_slot_ = true;
  result_.connection_reused = connection != nullptr;
  connection_ = std::move(connection);
  if (connection_) converse();
  else openFresh();
}

void SmtpDelivery::openFresh() {
  try {
    connection_ = services_.connect(target_);
    connection_->open([this](std::optional<SmtpConnection::OpenError> error) {
      const auto self = shared_from_this();
      opened(std::move(error));
    });
  } catch (const std::runtime_error& failed) {  // libcurl out of memory: this exchange cannot go on, others may
    giveUp(ExchangeError::connect, failed.what());
  }
}

void SmtpDelivery::opened(std::optional<SmtpConnection::OpenError> error) {
  if (!error) return converse();
  result_.refusal = connection_->refusal();
  result_.remote_ip = connection_->remoteIp();
  finish(ExchangeFate::not_sent, error->error, std::move(error->detail));
}

void SmtpDelivery::converse() {
  result_.remote_ip = connection_->remoteIp();
  result_.local_port = connection_->localPort();
  if (plan_.login_only) {
    connection_->sayQuit();
    return finish(ExchangeFate::done, ExchangeError::none, {});
  }
  // The loop may be late: its timer alone does not keep what waited for its connection too long from leaving.
  if (std::chrono::steady_clock::now() >= begin_by_) {
    services_.pool.giveBack(std::move(connection_));
    holds_slot_ = false;
    return finish(ExchangeFate::not_sent, ExchangeError::timeout, target_.name() + ": the time to begin had passed");
  }
  if (auto missing = plan_.unsupportedBy(connection_->capabilities())) {
    services_.pool.giveBack(std::move(connection_));
    holds_slot_ = false;
    return finish(ExchangeFate::not_sent, ExchangeError::unsupported, target_.name() + ": " + *missing);
  }
  dialogue_.emplace(plan_, connection_->capabilities(), connection_->needs_reset);
  connection_->watch([this](std::uint32_t) {
    const auto self = shared_from_this();
    pump();
  });
  pump();
}

// Reads first: a pooled connection that the server has ended says so before anything is written to it.
void SmtpDelivery::pump() {
  Io got = readReplies();
  const Io wrote = writeOutput();
  if (wrote == Io::lost) got = readReplies();  // the server's last words, if any
  if (dialogue_->end() != SmtpDialogue::End::open) return conclude();
  if (got == Io::lost || wrote == Io::lost) return lost("the connection ended");
  connection_->waitForWrite(wrote == Io::blocked);
}

SmtpDelivery::Io SmtpDelivery::writeOutput() {
  while (!dialogue_->output().empty()) {
    std::size_t written = 0;
    const Io io = connection_->write(dialogue_->output(), written);
    if (io != Io::progress) return io;
    dialogue_->wrote(written);
  }
  return Io::progress;
}

SmtpDelivery::Io SmtpDelivery::readReplies() {
  while (dialogue_->end() == SmtpDialogue::End::open) {
    const Io io = connection_->read();
    while (takeReply()) continue;
    if (io != Io::progress) return io;
  }
  return Io::progress;
}

bool SmtpDelivery::takeReply() {
  if (dialogue_->end() != SmtpDialogue::End::open) return false;
  switch (connection_->reader().next()) {
    case SmtpReplyReader::State::more: return false;
    case SmtpReplyReader::State::malformed: dialogue_->breakOff("bytes that are no SMTP reply"); return false;
    case SmtpReplyReader::State::reply: dialogue_->onReply(connection_->reader().take()); return true;
  }
  return false;
}

void SmtpDelivery::conclude() {
  switch (dialogue_->end()) {
    case SmtpDialogue::End::open: return;
    case SmtpDialogue::End::answered: return finishAnswered();
    case SmtpDialogue::End::closing:
      if (retryOnFresh()) return;
      result_.refusal = dialogue_->closingReply();
      return giveUp(ExchangeError::refused, "the server closed the connection: 421 " + result_.refusal->text);
    case SmtpDialogue::End::broken:
      if (retryOnFresh()) return;
      return giveUp(ExchangeError::protocol, dialogue_->problem());
  }
}

void SmtpDelivery::finishAnswered() {
  dialogue_->fill(result_);
  if (dialogue_->connectionUsable() && !connection_->reader().hasLeftover()) {
    connection_->needs_reset = dialogue_->needsReset();
    connection_->unwatch();
    services_.pool.giveBack(std::move(connection_));
    holds_slot_ = false;
  }
  finish(ExchangeFate::done, ExchangeError::none, {});
}

void SmtpDelivery::lost(const std::string& how) {
  if (!retryOnFresh()) giveUp(ExchangeError::connection_lost, how);
}

bool SmtpDelivery::retryOnFresh() {
  if (!result_.connection_reused || dialogue_->dataAsked() || fresh_only_) return false;
  fresh_only_ = true;
  dialogue_.reset();
  releaseSlot();
  acquire(SmtpPool::Want::fresh);
  return true;
}

void SmtpDelivery::cancel(const std::string& why) {
  const auto self = shared_from_this();
  giveUp(ExchangeError::cancelled, why);
}

void SmtpDelivery::giveUp(ExchangeError error, const std::string& detail) {
  const bool maybe = dialogue_ && dialogue_->mayHaveDelivered();
  if (dialogue_) dialogue_->fill(result_);
  finish(maybe ? ExchangeFate::maybe_sent : ExchangeFate::not_sent, error, where() + ": " + detail);
}

std::string SmtpDelivery::where() const {
  std::string text = target_.name();
  if (!result_.remote_ip.empty()) text += " (" + result_.remote_ip + ")";
  if (waiting_) return text + ", waiting for a free connection";
  if (!dialogue_) return text + ", connecting and logging in";
  return text.append(", at ").append(dialogue_->stepName());
}

void SmtpDelivery::finish(ExchangeFate fate, ExchangeError error, std::string detail) {
  finished_ = true;
  services_.loop.cancel(deadline_);
  if (waiting_) services_.pool.abandon(target_, id_);
  releaseSlot();
  result_.outcome = {fate, error, std::move(detail)};
  if (result_.recipients.empty()) result_.recipients.resize(plan_.recipients.size());
  services_.finished(id_, std::move(result_));
}

void SmtpDelivery::releaseSlot() {
  connection_.reset();
  if (std::exchange(holds_slot_, false)) services_.pool.discard(target_);
}

}  // namespace belfry::curl
