// Easy handles that are kept for the next exchange, with the options that are the same for all.
#pragma once

#include <curl/curl.h>

#include <vector>

#include "adapters/curl/curl_exchange_settings.h"
#include "adapters/curl/http_connections.h"

namespace belfry::curl {

/// Throws std::runtime_error when libcurl did not take an option.
void checkOption(CURLcode code);

template <class Value>
void setOption(CURL* easy, CURLoption option, Value value) {
  checkOption(curl_easy_setopt(easy, option, value));
}

/// Belongs to the loop's thread.
class HttpEasies {
 public:
  HttpEasies(const CurlExchangeSettings& settings, HttpConnections& connections);
  ~HttpEasies();
  HttpEasies(const HttpEasies&) = delete;
  HttpEasies& operator=(const HttpEasies&) = delete;

  /// A handle with the common options and nothing of an earlier exchange. Throws std::runtime_error when libcurl gives
  /// none.
  CURL* take();
  /// It must be in no multi handle.
  void giveBack(CURL* easy);

 private:
  void setCommonOptions(CURL* easy);

  const CurlExchangeSettings& settings_;
  HttpConnections& connections_;
  curl_slist* resolve_ = nullptr;
  std::vector<CURL*> idle_;
};

}  // namespace belfry::curl
