// One connection to a mail server. libcurl makes it (name, TCP, TLS or STARTTLS with verification, greeting, EHLO,
// AUTH) and carries the bytes; what is said on it afterwards is SmtpDialogue's matter.
#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/curl/curl_exchange_settings.h"
#include "adapters/curl/curl_multi.h"
#include "adapters/curl/egress_guard.h"
#include "adapters/curl/event_loop.h"
#include "adapters/curl/smtp_capabilities.h"
#include "adapters/curl/smtp_reply_reader.h"
#include "ports/smtp_exchange.h"

namespace belfry::curl {

/// Where a connection goes and as whom; equal targets may share connections.
struct SmtpTarget {
  std::string host;
  std::uint16_t port = 0;
  SmtpTls tls = SmtpTls::starttls;
  std::string username;
  std::string password;
  std::string helo_name;
  std::string pool_scope;

  auto operator<=>(const SmtpTarget&) const = default;
  std::string name() const { return host + ':' + std::to_string(port); }
};

/// Belongs to the loop's thread.
class SmtpConnection {
 public:
  enum class Io { progress, blocked, lost };
  struct OpenError {
    ExchangeError error;
    std::string detail;
  };
  using Opened = std::function<void(std::optional<OpenError>)>;

  SmtpConnection(EventLoop& loop, CurlMulti& multi, const EgressGuard& guard, const CurlExchangeSettings& settings,
                 SmtpTarget target);
  /// Closes at once, without QUIT.
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  /// Connects and logs in. `opened` comes from the loop, once, unless this is destroyed before.
  void open(Opened opened);

  /// Writes some of `bytes`; `written` says how many. After `blocked` the same bytes must be offered again.
  Io write(std::string_view bytes, std::size_t& written);
  /// Appends at most 16 KiB of what is there to reader(). With TLS more may be there without the socket being readable,
  /// so read until `blocked`. `lost` also at the end of the stream.
  Io read();
  /// Says QUIT, as far as it can be written at once.
  void sayQuit();
  /// Calls `watcher` when there is something to read. Replaces an earlier one.
  void watch(EventLoop::Watcher watcher);
  /// Whether the watcher is called when bytes can be written, too.
  void waitForWrite(bool wanted);
  void unwatch();

  const SmtpTarget& target() const noexcept { return target_; }
  const SmtpCapabilities& capabilities() const noexcept { return capabilities_; }
  SmtpReplyReader& reader() noexcept { return reader_; }
  /// The last refusal of greeting, EHLO, STARTTLS or AUTH.
  const std::optional<SmtpReply>& refusal() const noexcept { return refusal_; }
  const std::string& remoteIp() const noexcept { return remote_ip_; }
  std::uint16_t localPort() const noexcept { return local_port_; }

  bool needs_reset = false;  ///< an unfinished transaction must be ended by RSET first

 private:
  static std::size_t onLoginLine(char* bytes, std::size_t size, std::size_t count, void* self);
  static curl_socket_t onOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  void setOptions(const CurlExchangeSettings& settings);
  void acknowledgeAtOnce();
  void learn(const SmtpReply& reply);
  std::optional<std::string> refuseSocket(const sockaddr* address);
  std::optional<OpenError> afterLogin(CURLcode code);
  OpenError explain(CURLcode code) const;
  std::string stepDetail(CURLcode code) const;

  EventLoop& loop_;
  CurlMulti& multi_;
  const EgressGuard& guard_;
  SmtpTarget target_;
  CURL* easy_;
  curl_slist* resolve_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  bool added_ = false;
  int fd_ = -1;
  bool watched_ = false;
  bool waits_for_write_ = false;

  SmtpReplyReader login_reader_;
  SmtpCapabilities capabilities_;
  std::optional<SmtpReply> refusal_;
  int replies_ = 0;
  bool logged_in_ = false;
  std::vector<std::string> socket_refusals_;
  bool plaintext_credentials_ = false;
  bool socket_opened_ = false;

  SmtpReplyReader reader_;
  std::string remote_ip_;
  std::uint16_t local_port_ = 0;
};

}  // namespace belfry::curl
