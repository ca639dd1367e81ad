// One host's API over HTTP/1.1 on Poco::Net: a request, an answer.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace Poco::Net {
class HTTPClientSession;
}

namespace belfry::cli {

struct ApiSettings {
  std::string server;   ///< http:// or https:// URL, with a path when a proxy serves the API below one
  std::string key;      ///< empty: none
  std::string tenant;   ///< slug, empty: none
  std::string ca_file;  ///< PEM, beside the system's; empty: none
};

struct ApiReply {
  int status = 0;
  std::string body;
  std::string location;   ///< of a redirect; redirects are not followed, a key must not travel elsewhere
  int retry_after_s = 0;  ///< 0: none
  bool replayed = false;  ///< the answer to an earlier request with the same Idempotency-Key

  bool ok() const { return status >= 200 && status < 300; }
};

using ApiHeaders = std::vector<std::pair<std::string, std::string>>;

/// Keeps its connection between requests. Not thread-safe.
class ApiClient {
 public:
  /// Throws UsageError for a URL, key or tenant that cannot be sent. Connects on first use.
  explicit ApiClient(ApiSettings settings);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  /// `target` is a path with its query, already encoded; `body` is JSON or empty. Nothing is sent twice. Waits at most
  /// 10 s to connect and 60 s for an answer. Throws HostAway.
  ApiReply send(const std::string& method, const std::string& target, const std::string& body = "",
                const ApiHeaders& headers = {});

 private:
  ApiReply exchange(const std::string& method, const std::string& target, const std::string& body,
                    const ApiHeaders& headers);

  ApiSettings settings_;
  std::string base_path_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;
};

/// One segment of a path, or a value of a query.
std::string encoded(const std::string& text);

}  // namespace belfry::cli
