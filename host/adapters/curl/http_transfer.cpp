#include "adapters/curl/http_transfer.h"

#include <stdexcept>
#include <utility>

namespace belfry::curl {
namespace {

bool isTlsError(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return true;
    default: return false;
  }
}

ExchangeError errorOf(CURLcode code) {
  if (isTlsError(code)) return ExchangeError::tls;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return ExchangeError::dns;
    case CURLE_COULDNT_CONNECT: return ExchangeError::connect;
    case CURLE_OPERATION_TIMEDOUT: return ExchangeError::timeout;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return ExchangeError::connection_lost;
    default: return ExchangeError::protocol;
  }
}

int versionOf(std::string_view status_line) {
  if (status_line.starts_with("HTTP/2")) return 20;
  if (status_line.starts_with("HTTP/1.1")) return 11;
  return status_line.starts_with("HTTP/1.0") ? 10 : 0;
}

// What libcurl says may quote the peer; where it cannot, it is worth reading.
bool quotesNothing(CURLcode code) { return errorOf(code) != ExchangeError::protocol; }

}  // namespace

HttpTransfer::HttpTransfer(const Services& services, std::uint64_t id, HttpPlan plan, Terms terms)
    : services_(services),
      id_(id),
      plan_(std::move(plan)),
      terms_(std::move(terms)),
      scope_(services.scopes.enter(terms_.pool_scope)),
      lane_(scope_.lane(plan_.tls, plan_.host, plan_.port)),
      reader_(terms_.max_response) {}

void HttpTransfer::start(EventLoop::SteadyTime deadline, EventLoop::SteadyTime begin_by) {
  begin_by_ = begin_by;
  watchTime(begin_by, deadline);
  waiting_ = true;
  lane_.enter(id_, terms_.urgent, grant());
}

/// What has left by `begin_by` has until the deadline.
void HttpTransfer::watchTime(EventLoop::SteadyTime until, EventLoop::SteadyTime deadline) {
  deadline_ = services_.loop.at(until, [this, until, deadline] {
    const auto self = shared_from_this();
    if (leaving_ && until < deadline) return watchTime(deadline, deadline);
    giveUp(ExchangeError::timeout, "the deadline passed");
  });
}

HttpLane::Granted HttpTransfer::grant() {
  return [self = shared_from_this()] { self->granted(); };
}

void HttpTransfer::granted() {
  waiting_ = false;
  has_turn_ = true;
  if (finished_) leaveLane();
  else run();
}

void HttpTransfer::run() {
  try {
    easy_ = services_.easies.take();
    error_text_[0] = '\0';
    setOptions();
    services_.multi.add(easy_, [this](CURLcode code) {
      const auto self = shared_from_this();
      ended(code);
    });
  } catch (const std::runtime_error& failed) {  // libcurl out of memory: this exchange cannot go on, others may
    giveUp(ExchangeError::connect, failed.what());
  }
}

void HttpTransfer::setOptions() {
  setOption(easy_, CURLOPT_SHARE, scope_.share());
  setOption(easy_, CURLOPT_URL, plan_.url.c_str());
  setOption(easy_, CURLOPT_HTTPHEADER, plan_.headers.get());
  setOption(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  setOption(easy_, CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::onOpenSocket);
  setOption(easy_, CURLOPT_OPENSOCKETDATA, this);
  setOption(easy_, CURLOPT_PREREQFUNCTION, &HttpTransfer::onReady);
  setOption(easy_, CURLOPT_PREREQDATA, this);
  setOption(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::onLine);
  setOption(easy_, CURLOPT_HEADERDATA, this);
  setOption(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::onBody);
  setOption(easy_, CURLOPT_WRITEDATA, this);
  if (fresh_) setOption(easy_, CURLOPT_FRESH_CONNECT, 1L);
  setMethod();
}

void HttpTransfer::setMethod() {
  const bool bodiless = plan_.body.empty() && (plan_.method == "GET" || plan_.method == "DELETE");
  if (!bodiless) {
    setOption(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(plan_.body.size()));
    setOption(easy_, CURLOPT_POSTFIELDS, plan_.body.c_str());
  }
  if (plan_.method != (bodiless ? "GET" : "POST")) setOption(easy_, CURLOPT_CUSTOMREQUEST, plan_.method.c_str());
}

curl_socket_t HttpTransfer::onOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<HttpTransfer*>(self)->openSocket(*address);
}

curl_socket_t HttpTransfer::openSocket(const curl_sockaddr& address) {
  if (wantsAgain() || crowded_) return CURL_SOCKET_BAD;
  if (auto refusal = services_.guard.refuseAddress(plan_.host, plan_.port, &address.addr)) {
    socket_refusal_ = std::move(refusal);
    return CURL_SOCKET_BAD;
  }
  if (!connecting_) {
    crowded_ = !lane_.mayConnect();
    if (crowded_) return CURL_SOCKET_BAD;
    connecting_ = true;
    lane_.connecting();
  }
  return services_.connections.open(address, lane_);
}

int HttpTransfer::onReady(void* self, char* remote_ip, char*, int remote_port, int local_port) {
  const bool go = static_cast<HttpTransfer*>(self)->ready({remote_ip, remote_port, local_port});
  return go ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

bool HttpTransfer::ready(HttpConnections::Ends ends) {
  if (wantsAgain()) return false;
  // The loop may be late: its timer alone does not keep what waited for its connection too long from leaving.
  late_ = std::chrono::steady_clock::now() >= begin_by_;
  if (late_) return false;
  stale_ = !connecting_ && services_.connections.isStale(ends, plan_.tls);
  if (stale_) return false;
  leaving_ = true;
  result_.remote_ip = ends.remote_ip;
  result_.connection_reused = !connecting_;
  if (std::exchange(connecting_, false)) lane_.connected();
  services_.connections.use(ends);
  http2_ = services_.connections.isHttp2(ends);
  ends_ = std::move(ends);
  return true;
}

// libcurl begins anew on a connection that was new only when the server refused the stream. On a pooled one it also
// does when the connection ended, for which there is a text by then, as for every failure; not so for a refused stream.
bool HttpTransfer::wantsAgain() {
  if (!leaving_) return false;
  if (!std::exchange(repeated_, true)) {
    refused_ = error_text_[0] == '\0' && (http2_ || !result_.connection_reused);
  }
  return true;
}

std::size_t HttpTransfer::onLine(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view line(bytes, size * count);
  if (const int version = versionOf(line); version != 0 && transfer.result_.http_version == 0) {
    transfer.result_.http_version = version;
    transfer.lane_.spoke(version, !transfer.result_.connection_reused);
    if (version == 20) transfer.services_.connections.setHttp2(*transfer.ends_);
  }
  transfer.head_too_large_ = !transfer.reader_.onLine(line);
  return transfer.head_too_large_ ? 0 : line.size();  // 0 ends the transfer
}

std::size_t HttpTransfer::onBody(char* bytes, std::size_t size, std::size_t count, void* self) {
  static_cast<HttpTransfer*>(self)->reader_.onBody({bytes, size * count});
  return size * count;
}

void HttpTransfer::ended(CURLcode code) {
  if (crowded_ && !leaving_) {
    releaseEasy();
    crowded_ = false;
    has_turn_ = false;
    waiting_ = true;
    return lane_.stepBack(id_, terms_.urgent, grant());
  }
  if (stale_ && !leaving_) {
    releaseEasy();
    stale_ = false;
    fresh_ = true;
    return run();
  }
  if (code != CURLE_OK) return explain(code);
  if (!reader_.hasHead()) return giveUp(ExchangeError::protocol, "the answer has no final status");
  result_.reply = reader_.take();
  finish(ExchangeFate::done, ExchangeError::none, {});
}

void HttpTransfer::explain(CURLcode code) {
  if (!leaving_ && !connecting_ && socket_refusal_)
    return finish(ExchangeFate::not_sent, ExchangeError::egress_refused, *socket_refusal_);
  if (refused_)
    return finish(ExchangeFate::not_sent, ExchangeError::connection_lost,
                  where() + ": the server refused the stream and has not processed it (RFC 9113 §8.7)");
  if (repeated_)
    return giveUp(ExchangeError::connection_lost, "the connection ended without an answer; it is not sent again");
  if (late_) return giveUp(ExchangeError::timeout, "the time to begin had passed");
  if (head_too_large_) return giveUp(ExchangeError::protocol, "the head of the answer is larger than 65536 bytes");
  const bool said = error_text_[0] != '\0' && quotesNothing(code);
  giveUp(errorOf(code), said ? error_text_.data() : curl_easy_strerror(code));
}

void HttpTransfer::cancel(const std::string& why) {
  const auto self = shared_from_this();
  giveUp(ExchangeError::cancelled, why);
}

void HttpTransfer::giveUp(ExchangeError error, const std::string& detail) {
  const bool maybe = leaving_ && terms_.commits;
  finish(maybe ? ExchangeFate::maybe_sent : ExchangeFate::not_sent, error, where() + ": " + detail);
}

std::string HttpTransfer::where() const {
  std::string text = plan_.host + ':' + std::to_string(plan_.port);
  if (!result_.remote_ip.empty()) text += " (" + result_.remote_ip + ")";
  if (!has_turn_) return text + ", waiting for a free connection";
  if (!leaving_) return text + ", connecting";
  return text + (result_.http_version == 0 ? ", waiting for the answer" : ", reading the answer");
}

void HttpTransfer::finish(ExchangeFate fate, ExchangeError error, std::string detail) {
  finished_ = true;
  services_.loop.cancel(deadline_);
  releaseEasy();
  if (ends_) services_.connections.release(*ends_);
  if (!waiting_ || lane_.abandon(id_)) leaveLane();  // else once the turn comes
  result_.outcome = {fate, error, std::move(detail)};
  services_.finished(id_, std::move(result_));
}

void HttpTransfer::leaveLane() {
  const bool unproven = ends_ && !result_.connection_reused && result_.http_version == 0;
  if (has_turn_) lane_.leave({.was_connecting = connecting_, .unproven_connection = unproven});
  services_.scopes.leave(terms_.pool_scope);
}

void HttpTransfer::releaseEasy() {
  if (!easy_) return;
  services_.multi.remove(easy_);
  services_.easies.giveBack(std::exchange(easy_, nullptr));
}

}  // namespace belfry::curl
