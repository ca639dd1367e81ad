#include "adapters/curl/smtp_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace belfry::curl {
namespace {

constexpr long kNoMaximumAge = 30L * 24 * 3600;  // seconds; SmtpPool decides how long a connection may idle
constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::size_t kWriteSize = 64 * 1024;

std::string urlOf(const SmtpTarget& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  std::string url = target.tls == SmtpTls::tls ? "smtps://" : "smtp://";
  url += v6 ? '[' + target.host + ']' : target.host;
  url += ':' + std::to_string(target.port) + '/';
  for (const char c : target.helo_name) {
    if (c == '[') url += "%5B";
    else if (c == ']') url += "%5D";
    else url += c;
  }
  return url;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw std::runtime_error(std::string("curl_easy_setopt: ") + curl_easy_strerror(code));
}

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

std::string describe(const SmtpReply& reply) {
  std::string text = std::to_string(reply.code);
  if (!reply.enhanced_code.empty()) text += ' ' + reply.enhanced_code;
  return text + ' ' + reply.text;
}

}  // namespace

SmtpConnection::SmtpConnection(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard,
                               const CurlExchangeSettings& settings, SmtpTarget target)
    : loop_(loop), multi_(multi), guard_(guard), target_(std::move(target)), easy_(curl_easy_init()) {
  if (!easy_) throw std::runtime_error("libcurl gives no easy handle");
  for (const std::string& entry : settings.resolve) resolve_ = curl_slist_append(resolve_, entry.c_str());
  setOptions(settings);
}

SmtpConnection::~SmtpConnection() {
  unwatch();
  if (added_) multi_.remove(easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(resolve_);
}

void SmtpConnection::setOptions(const CurlExchangeSettings& settings) {
  set(easy_, CURLOPT_URL, urlOf(target_).c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy_, CURLOPT_CONNECT_ONLY, 1L);
  set(easy_, CURLOPT_PROXY, "");
  set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // else giving up waits for getaddrinfo, and everybody waits with it
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  set(easy_, CURLOPT_MAXAGE_CONN, kNoMaximumAge);
  set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  set(easy_, CURLOPT_RESOLVE, resolve_);
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &SmtpConnection::onOpenSocket);
  set(easy_, CURLOPT_OPENSOCKETDATA, this);
  set(easy_, CURLOPT_HEADERFUNCTION, &SmtpConnection::onLoginLine);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_USE_SSL,
      target_.tls == SmtpTls::none ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings.ca_file.empty()) set(easy_, CURLOPT_CAINFO, settings.ca_file.c_str());  // beside the default CAPATH
  if (target_.username.empty()) return;
  set(easy_, CURLOPT_USERNAME, target_.username.c_str());
  set(easy_, CURLOPT_PASSWORD, target_.password.c_str());
  set(easy_, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
}

void SmtpConnection::open(Opened opened) {
  added_ = true;
  multi_.add(easy_, [this, opened = std::move(opened)](CURLcode code) { opened(afterLogin(code)); });
}

std::size_t SmtpConnection::onLoginLine(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& connection = *static_cast<SmtpConnection*>(self);
  SmtpReplyReader& reader = connection.login_reader_;
  reader.append({bytes, size * count});
  while (reader.next() == SmtpReplyReader::State::reply) connection.learn(reader.take());
  return reader.next() == SmtpReplyReader::State::malformed ? 0 : size * count;  // 0 ends the transfer
}

// While logging in only EHLO (or HELO) is answered by 250; after STARTTLS it is asked again, and the last answer
// counts.
void SmtpConnection::learn(const SmtpReply& reply) {
  ++replies_;
  if (reply.transient() || reply.permanent()) refusal_ = reply;
  if (reply.code == 235) logged_in_ = true;
  if (reply.code != 250) return;
  capabilities_ = {};
  std::string_view rest = reply.text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    rest.remove_prefix(end + 1);
    capabilities_.learn(rest.substr(0, rest.find('\n')));
  }
}

curl_socket_t SmtpConnection::onOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& connection = *static_cast<SmtpConnection*>(self);
  if (auto refusal = connection.refuseSocket(&address->addr)) {
    connection.socket_refusals_.push_back(std::move(*refusal));
    return CURL_SOCKET_BAD;
  }
  connection.socket_opened_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::optional<std::string> SmtpConnection::refuseSocket(const sockaddr* address) {
  if (auto refusal = guard_.refuseAddress(target_.host, target_.port, address)) return refusal;
  if (target_.tls == SmtpTls::none && !target_.username.empty() && !classifyAddress(address).loopback) {
    plaintext_credentials_ = true;
    return target_.name() + " at " + addressText(address) +
           ": a username needs TLS (starttls or tls) unless the server is on a loopback address";
  }
  return std::nullopt;
}

std::optional<SmtpConnection::OpenError> SmtpConnection::afterLogin(CURLcode code) {
  char* ip = nullptr;
  long port = 0;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &ip);
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &port);
  remote_ip_ = ip && socket_opened_ ? ip : "";
  local_port_ = static_cast<std::uint16_t>(port);
  if (code != CURLE_OK) return explain(code);
  if (!target_.username.empty() && !logged_in_) {
    return OpenError{ExchangeError::auth, target_.name() + (capabilities_.auth ? " offers neither AUTH PLAIN nor LOGIN"
                                                                               : " does not offer AUTH")};
  }
  curl_socket_t fd = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
    return OpenError{ExchangeError::connection_lost, target_.name() + " closed the connection after login"};
  fd_ = fd;
  return std::nullopt;
}

SmtpConnection::OpenError SmtpConnection::explain(CURLcode code) const {
  if (!socket_refusals_.empty() && !socket_opened_)
    return {plaintext_credentials_ ? ExchangeError::invalid : ExchangeError::egress_refused, socket_refusals_.back()};
  const bool refused = refusal_.has_value();
  const std::string detail = stepDetail(code);
  if (isTlsError(code)) return {ExchangeError::tls, detail};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return {ExchangeError::dns, detail};
    case CURLE_COULDNT_CONNECT: return {ExchangeError::connect, detail};
    case CURLE_OPERATION_TIMEDOUT: return {ExchangeError::timeout, detail};
    case CURLE_USE_SSL_FAILED: return {ExchangeError::tls_not_offered, detail};
    case CURLE_LOGIN_DENIED:
      return {refused && refusal_->transient() ? ExchangeError::refused : ExchangeError::auth, detail};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING: return {refused ? ExchangeError::refused : ExchangeError::connection_lost, detail};
    default: return {refused ? ExchangeError::refused : ExchangeError::protocol, detail};
  }
}

std::string SmtpConnection::stepDetail(CURLcode code) const {
  std::string detail = target_.name();
  if (!remote_ip_.empty()) detail += " (" + remote_ip_ + ")";
  if (socket_opened_ && code != CURLE_COULDNT_CONNECT)
    detail += replies_ == 0 ? ", before the greeting" : ", after " + std::to_string(replies_) + " replies of the login";
  detail += ": ";
  detail += printable(error_text_[0] ? error_text_.data() : curl_easy_strerror(code));
  if (refusal_) detail += "; the server said: " + describe(*refusal_);
  return detail;
}

SmtpConnection::Io SmtpConnection::write(std::string_view bytes, std::size_t& written) {
  written = 0;
  const CURLcode code = curl_easy_send(easy_, bytes.data(), std::min(bytes.size(), kWriteSize), &written);
  if (code == CURLE_AGAIN) return Io::blocked;
  if (code != CURLE_OK) return Io::lost;
  acknowledgeAtOnce();
  return Io::progress;
}

// A server that sends each of several pipelined replies by itself, without TCP_NODELAY, waits for the first one's
// acknowledgement, which Linux otherwise delays by 40 ms. The option does not last, hence after every write.
void SmtpConnection::acknowledgeAtOnce() {
  const int on = 1;
  (void)setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);  // when it fails, it is slower
}

SmtpConnection::Io SmtpConnection::read() {
  char bytes[kReadSize];
  std::size_t got = 0;
  const CURLcode code = curl_easy_recv(easy_, bytes, sizeof bytes, &got);
  if (code == CURLE_AGAIN) return Io::blocked;
  if (code != CURLE_OK || got == 0) return Io::lost;
  reader_.append({bytes, got});
  return Io::progress;
}

void SmtpConnection::sayQuit() {
  std::size_t written = 0;
  (void)write("QUIT\r\n", written);  // a courtesy: the close that follows says the same
}

void SmtpConnection::watch(EventLoop::Watcher watcher) {
  loop_.watch(fd_, EPOLLIN, std::move(watcher));
  watched_ = true;
  waits_for_write_ = false;
}

void SmtpConnection::waitForWrite(bool wanted) {
  if (std::exchange(waits_for_write_, wanted) != wanted) loop_.rearm(fd_, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void SmtpConnection::unwatch() {
  if (std::exchange(watched_, false)) loop_.unwatch(fd_);
}

}  // namespace belfry::curl
