#include "api/http/connection.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <exception>

#include "api/http/refusal.h"
#include "api/http/response_head.h"
#include "api/http/shard.h"
#include "kit/uuid.h"

namespace belfry::edge {
namespace {

using boost::system::error_code;

/// Answers to pipelined requests are collected up to this many bytes before they are written.
constexpr std::size_t kOutputHighWater = 256 * 1024;
/// Read-ahead is parsed away or bounded by one scratch buffer; a consumed prefix beyond this is cut off.
constexpr std::size_t kCutConsumedAt = 64 * 1024;
constexpr std::size_t kMaxRequestId = 128;

bool isRequestId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool expectsBody(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

Refusal tooLarge(std::size_t limit) {
  return {ErrorCode::payload_too_large, "body_too_large", "the body is limited to " + std::to_string(limit) + " bytes"};
}

Refusal lengthRequired(std::string_view method) {
  return {ErrorCode::length_required, "length_required",
          std::string(method) + " needs a Content-Length (0 for an empty body) or Transfer-Encoding: chunked"};
}

Refusal overloaded() {
  return {ErrorCode::overloaded, "overloaded", "too many request bodies are being read; try again"};
}

bool isTryAgain(const error_code& error) {
  return error == boost::asio::error::would_block || error == boost::asio::error::try_again ||
         error == boost::asio::error::interrupted;
}

}  // namespace

Connection::Connection(Shard& shard, Socket socket)
    : shard_(shard), socket_(std::move(socket)), scanner_(shard.context().settings.head.max_bytes) {}

EdgeContext& Connection::context() const { return shard_.context(); }

void Connection::start() {
  error_code error;
  socket_.non_blocking(true, error);
  if (!error) socket_.set_option(Tcp::no_delay(true), error);
  if (error) return close();
  const auto peer = socket_.remote_endpoint(error);
  if (error) return close();
  remote_ = peer.address().to_string();
  waitReadable();
}

void Connection::run() {
  while (phase_ != Phase::closed) {
    while (output_.size() < kOutputHighWater && step() == Progress::again) {
    }
    const bool stopped_early = output_.size() >= kOutputHighWater;
    if (!flush()) return waitWritable();
    switch (phase_) {
      case Phase::closed: return;
      case Phase::closing: return linger();
      case Phase::leaving: return handOver();
      case Phase::answering: return setDeadline();
      default:
        if (!stopped_early) return waitReadable();
    }
  }
}

Connection::Progress Connection::step() {
  switch (phase_) {
    case Phase::head: return readHead();
    case Phase::body: return readBody();
    default: return Progress::blocked;
  }
}

Connection::Progress Connection::readHead() {
  const bool had_started = scanner_.started();
  auto length = scanner_.scan(unread());
  if (!had_started && scanner_.started()) phase_began_ = Steady::now();
  if (!length) {
    refuse(length.error());
    return Progress::blocked;
  }
  if (*length == 0) return Progress::blocked;
  auto head = parseRequestHead(unread().substr(0, *length), context().settings.head.max_fields);
  consumed_ += *length;
  scanner_.reset();
  if (!head) {
    refuse(head.error());
    return Progress::blocked;
  }
  beginRequest(std::move(*head), *length);
  return Progress::again;
}

void Connection::beginRequest(RequestHead head, std::size_t head_bytes) {
  current_ = std::make_unique<Current>();
  current_->began = phase_began_ = Steady::now();
  current_->head_bytes = head_bytes;
  current_->head = std::move(head);
  assignIdentity(current_->head.request);
  Preview preview;
  try {
    preview = context().handler.preview(current_->head.request);
  } catch (const std::exception& error) {
    context().log.error("http preview failed", {{"request_id", current_->request_id}, {"error", error.what()}});
    return refuse({ErrorCode::internal, "preview_failed", "the request could not be looked at"});
  }
  beginBody(preview);
}

void Connection::assignIdentity(HttpRequest& request) {
  request.remote_address = remote_;
  request.received_at = context().clock.now();
  const std::string_view id = request.headers.get("X-Request-Id");
  request.request_id = isRequestId(id) && request.headers.count("X-Request-Id") == 1
                           ? std::string(id)
                           : newUuidV7(request.received_at).toString();
  current_->request_id = request.request_id;
  current_->method = request.method;
  current_->path = request.path;
}

/// Decides about the body before a byte of it is looked at.
void Connection::beginBody(const Preview& preview) {
  const RequestHead& head = current_->head;
  const bool no_body =
      head.framing == BodyFraming::none || (head.framing == BodyFraming::length && head.content_length == 0);
  if (preview.refusal) {
    // Without a body the connection stays usable; an unread body would be taken for the next request.
    return writeResponse(*preview.refusal, no_body && head.keep_alive, "");
  }
  current_->max_body = preview.max_body.value_or(context().settings.max_body_bytes);
  if (head.framing == BodyFraming::none && expectsBody(head.request.method) && !preview.body_optional) {
    return refuse(lengthRequired(head.request.method));
  }
  if (head.framing == BodyFraming::length && head.content_length > current_->max_body) {
    return refuse(tooLarge(current_->max_body));
  }
  if (no_body) return callHandler();
  if (head.framing == BodyFraming::chunked) current_->chunks.emplace(current_->max_body);
  current_->body_left = head.content_length;
  phase_ = Phase::body;
  if (head.expects_continue && unread().empty()) output_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

Connection::Progress Connection::readBody() {
  auto refusal = takeBodyBytes();
  if (!refusal) refusal = countBodyBytes();
  if (refusal) {
    refuse(*refusal);
    return Progress::blocked;
  }
  const bool complete = current_->chunks ? current_->chunks->done() : current_->body_left == 0;
  if (!complete) return Progress::blocked;
  current_->chunks.reset();
  callHandler();
  return Progress::again;
}

std::optional<Refusal> Connection::takeBodyBytes() {
  std::string& body = current_->head.request.body;
  if (current_->chunks) {
    auto used = current_->chunks->feed(unread(), body);
    if (!used) return std::move(used.error());
    consumed_ += *used;
  } else {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(current_->body_left, unread().size()));
    body.append(unread().substr(0, taken));
    current_->body_left -= taken;
    consumed_ += taken;
  }
  dropConsumed();
  return {};
}

std::optional<Refusal> Connection::countBodyBytes() {
  const std::size_t grown = current_->head.request.body.size() - current_->body_bytes;
  current_->body_bytes += grown;
  const std::size_t total = context().buffered_bytes.fetch_add(grown) + grown;
  if (total > context().settings.max_buffered_bytes) return overloaded();
  return {};
}

void Connection::callHandler() {
  phase_ = Phase::answering;
  ++context().counters.requests;
  current_->in_handler = true;
  {
    // The scope ends our own reference while in_handler holds: a handler that kept none is answered for at once.
    const auto exchange = std::make_shared<Exchange>(shard_.mailbox(), weak_from_this());
    try {
      context().handler.handle(std::move(current_->head.request), exchange);
    } catch (const std::exception& error) {
      context().log.error("http handler failed", {{"request_id", current_->request_id}, {"error", error.what()}});
      exchange->abandon();
    }
  }
  current_->in_handler = false;
  if (current_->early) finish(std::move(*current_->early));
}

bool Connection::acceptWithinHandler(Answer& answer) {
  if (phase_ != Phase::answering || !current_->in_handler) return false;
  if (!current_->early) current_->early = std::move(answer);
  return true;
}

void Connection::onAnswer(Answer answer) {
  if (phase_ != Phase::answering) return;
  finish(std::move(answer));
  run();
}

void Connection::finish(Answer answer) {
  if (auto* takeover = std::get_if<Responder::Takeover>(&answer)) {
    current_->takeover = std::move(*takeover);
    phase_ = Phase::leaving;  // behind earlier answers that are still to be written
    return;
  }
  if (auto* response = std::get_if<HttpResponse>(&answer)) {
    if (isWritable(*response)) return writeResponse(*response, current_->head.keep_alive && !response->close, "");
    context().log.error(
        "http response not writable",
        {{"request_id", current_->request_id}, {"status", response->status}, {"route", response->route}});
  }
  const Refusal refusal{ErrorCode::internal, "unanswered", "the request was not answered; its id is in the log"};
  writeResponse(problemResponse(refusal, current_->request_id), current_->head.keep_alive, refusal.reason);
}

void Connection::writeResponse(const HttpResponse& response, bool keep_alive, std::string_view refusal) {
  keep_alive = keep_alive && !context().draining;
  const std::size_t before = output_.size();
  appendResponse(output_, response, {current_->request_id, shard_.date(), keep_alive, current_->method == "HEAD"});
  report(response, refusal, output_.size() - before);
  endRequest();
  phase_ = keep_alive ? Phase::head : Phase::closing;
  phase_began_ = Steady::now();
}

void Connection::report(const HttpResponse& response, std::string_view refusal, std::size_t response_bytes) {
  if (!refusal.empty()) ++context().counters.refused[static_cast<std::size_t>(response.status - kLowestRefusal)];
  if (!context().settings.on_complete) return;
  context().settings.on_complete(
      {current_->method, current_->path, response.route, current_->request_id, remote_, response.status, refusal,
       std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - current_->began),
       current_->head_bytes + current_->body_bytes, response_bytes});
}

/// Answers by the edge itself; the connection ends, since what follows on it cannot be trusted or was not read.
void Connection::refuse(const Refusal& refusal) {
  if (!current_) {
    current_ = std::make_unique<Current>();
    current_->began = phase_began_;
    current_->head_bytes = unread().size();
    current_->request_id = newUuidV7(context().clock.now()).toString();
  }
  writeResponse(problemResponse(refusal, current_->request_id), false, refusal.reason);
}

void Connection::endRequest() {
  context().buffered_bytes -= current_->body_bytes;
  current_.reset();
}

void Connection::handOver() {
  const auto self = shared_from_this();
  const auto takeover = std::move(current_->takeover);
  report({.status = 101, .headers = {}, .body = {}, .content_type = {}, .close = true, .route = {}}, "", 0);
  endRequest();
  error_code error;
  const int fd = socket_.release(error);
  if (error) return close();
  HandedSocket handed(fd, std::string(unread()));
  phase_ = Phase::closed;
  deadline_ = Steady::time_point::max();
  shard_.forget(*this);
  takeover(std::move(handed));
}

void Connection::dropConsumed() {
  if (consumed_ == input_.size()) {
    std::string().swap(input_);
    consumed_ = 0;
  } else if (consumed_ >= kCutConsumedAt) {
    input_.erase(0, consumed_);
    consumed_ = 0;
  }
}

void Connection::waitReadable() {
  dropConsumed();
  setDeadline();
  if (reading_) return;
  reading_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->reading_ = false;
    if (!error) self->onReadable();
  });
}

void Connection::onReadable() {
  if (phase_ == Phase::closed || phase_ == Phase::answering || writing_) return;
  auto& scratch = shard_.scratch();
  error_code error;
  const std::size_t count = socket_.read_some(boost::asio::buffer(scratch), error);
  if (isTryAgain(error)) return waitReadable();
  if (error) return close();  // everything that came before the peer's end has been answered
  if (phase_ == Phase::lingering) return waitReadable();
  input_.append(scratch.data(), count);
  if (phase_ == Phase::body) setDeadline();
  run();
}

void Connection::waitWritable() {
  setDeadline();
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->writing_ = false;
    if (!error) self->run();
  });
}

/// Writes what the peer takes now. True when nothing is left.
bool Connection::flush() {
  while (written_ < output_.size()) {
    error_code error;
    const auto rest = boost::asio::buffer(output_.data() + written_, output_.size() - written_);
    written_ += socket_.write_some(rest, error);
    if (!error) continue;
    if (isTryAgain(error)) return false;
    ++context().counters.abandoned;
    close();
    return true;
  }
  std::string().swap(output_);
  written_ = 0;
  return true;
}

/// The response is out and the connection ends. Closing with unread bytes would reset it and could destroy the response
/// on its way (RFC 9112 §9.6), so the sending side is closed first and the rest of the peer's bytes is read and
/// dropped.
void Connection::linger() {
  phase_ = Phase::lingering;
  phase_began_ = Steady::now();
  std::string().swap(input_);
  consumed_ = 0;
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return close();
  waitReadable();
}

void Connection::setDeadline() {
  const HttpServerSettings& settings = context().settings;
  const auto now = Steady::now();
  if (!output_.empty()) deadline_ = now + settings.write_timeout;
  else if (phase_ == Phase::head && scanner_.started()) deadline_ = phase_began_ + settings.head_timeout;
  else if (phase_ == Phase::head) deadline_ = now + settings.idle_timeout;
  else if (phase_ == Phase::lingering) deadline_ = phase_began_ + settings.linger_timeout;
  else if (phase_ == Phase::body) {
    const auto earned = std::chrono::seconds(current_->body_bytes / settings.min_body_rate);
    deadline_ = std::min(now + settings.body_idle_timeout, phase_began_ + settings.body_idle_timeout + earned);
  } else deadline_ = Steady::time_point::max();
}

void Connection::onDeadline() {
  if (!output_.empty()) return close();
  if (phase_ == Phase::body) refuse({ErrorCode::request_timeout, "body_timeout", "the body did not arrive in time"});
  else if (phase_ == Phase::head && scanner_.started())
    refuse({ErrorCode::request_timeout, "head_timeout", "the head did not arrive in time"});
  else return close();
  run();
}

void Connection::beginDrain() {
  error_code error;
  if (idle() && socket_.available(error) == 0) close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  deadline_ = Steady::time_point::max();
  if (current_) endRequest();
  error_code ignored;  // the descriptor is gone in any case
  socket_.close(ignored);
  shard_.forget(*this);
}

}  // namespace belfry::edge
