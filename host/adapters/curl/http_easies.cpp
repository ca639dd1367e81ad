#include "adapters/curl/http_easies.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace belfry::curl {
namespace {

constexpr std::size_t kKept = 512;

// libcurl counts whole seconds and lets the last one pass; HttpScopes closes what a scope no longer uses.
long maximumAge(std::chrono::milliseconds idle) {
  return std::max(1L, static_cast<long>(std::chrono::floor<std::chrono::seconds>(idle).count()) - 1);
}

}  // namespace

void checkOption(CURLcode code) {
  if (code != CURLE_OK) throw std::runtime_error(std::string("curl_easy_setopt: ") + curl_easy_strerror(code));
}

HttpEasies::HttpEasies(const CurlExchangeSettings& settings, HttpConnections& connections)
    : settings_(settings), connections_(connections) {
  for (const std::string& entry : settings.resolve) resolve_ = curl_slist_append(resolve_, entry.c_str());
}

HttpEasies::~HttpEasies() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  curl_slist_free_all(resolve_);
}

CURL* HttpEasies::take() {
  CURL* easy = idle_.empty() ? curl_easy_init() : idle_.back();
  if (!easy) throw std::runtime_error("libcurl gives no easy handle");
  if (!idle_.empty()) idle_.pop_back();
  setCommonOptions(easy);
  return easy;
}

void HttpEasies::giveBack(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, nullptr);
  curl_easy_reset(easy);
  if (idle_.size() < kKept) idle_.push_back(easy);
  else curl_easy_cleanup(easy);
}

void HttpEasies::setCommonOptions(CURL* easy) {
  setOption(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  setOption(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  setOption(easy, CURLOPT_PATH_AS_IS, 1L);
  setOption(easy, CURLOPT_FOLLOWLOCATION, 0L);
  setOption(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  setOption(easy, CURLOPT_PROXY, "");
  setOption(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  setOption(easy, CURLOPT_NOSIGNAL, 1L);
  setOption(easy, CURLOPT_QUICK_EXIT, 1L);  // else giving up waits for getaddrinfo, and everybody waits with it
  setOption(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
  setOption(easy, CURLOPT_MAXAGE_CONN, maximumAge(settings_.idle_connection));
  setOption(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  setOption(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  setOption(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  setOption(easy, CURLOPT_USERAGENT, "Belfry");
  setOption(easy, CURLOPT_CLOSESOCKETFUNCTION, &HttpConnections::onClose);
  setOption(easy, CURLOPT_CLOSESOCKETDATA, &connections_);
  if (resolve_) setOption(easy, CURLOPT_RESOLVE, resolve_);
  if (!settings_.ca_file.empty()) setOption(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());  // beside the CAPATH
}

}  // namespace belfry::curl
