// Requests per second of the exchange against one server: POSTs with a body of 1 KiB, `concurrency` at a time.
// Results and their circumstances are in docs/explanation/adr/0008-http-exchanges.md. Run:
//   build/release/bench/http_exchange_bench https://localhost:8443/file 100000 200 2 ca.pem    # over nghttpd
//   build/release/bench/http_exchange_bench http://127.0.0.1:8080/hello 50000 50 50           # over http_edge_server
// Arguments: URL, requests, concurrency, exchange.max_connections_per_host, exchange.ca_file.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>

#include "adapters/curl/curl_exchange.h"

namespace {

using namespace belfry;

/// Keeps `concurrency` requests under way until `total` are answered. Its counts belong to the exchange's thread.
class Load {
 public:
  Load(curl::CurlExchange& exchange, HttpExchange request, long total)
      : exchange_(exchange), request_(std::move(request)), to_start_(total), to_finish_(total) {}

  void run(long concurrency) {
    to_start_ -= concurrency;
    for (long i = 0; i < concurrency; ++i) startOne();
    all_.get_future().wait();
  }
  const std::map<std::string, long>& ends() const { return ends_; }

 private:
  void startOne() {
    exchange_.start(request_, [this](const HttpResult& result) { finished(result); });
  }
  void finished(const HttpResult& result) {
    ++ends_[result.reply ? std::to_string(result.reply->status) + " over HTTP " + std::to_string(result.http_version)
                         : result.outcome.detail];
    if (to_start_-- > 0) startOne();
    if (--to_finish_ == 0) all_.set_value();
  }

  curl::CurlExchange& exchange_;
  const HttpExchange request_;
  std::atomic<long> to_start_;
  long to_finish_;
  std::map<std::string, long> ends_;
  std::promise<void> all_;
};

std::string targetOf(const std::string& url) {
  const auto start = url.find("://") + 3;
  return url.substr(start, url.find('/', start) - start);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    std::fprintf(stderr, "usage: %s URL REQUESTS CONCURRENCY CONNECTIONS [CA_FILE]\n", arguments[0]);
    return 2;
  }
  const Log log(2, LogLevel::error);
  const std::string url = arguments[1];
  const long total = std::atol(arguments[2]);
  curl::CurlExchange exchange(log, {.ca_file = count > 5 ? arguments[5] : "",
                                    .allow_private_hosts = {targetOf(url)},
                                    .max_connections_per_host = std::strtoul(arguments[4], nullptr, 10)});
  HttpExchange request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Authorization", "Bearer token"}, {"Content-Type", "application/json"}};
  request.body.assign(1024, 'x');
  request.allowed_hosts = {targetOf(url)};
  Load load(exchange, std::move(request), total);
  const auto begin = std::chrono::steady_clock::now();
  load.run(std::min(total, std::atol(arguments[3])));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  for (const auto& [end, times] : load.ends()) std::printf("%ld x %s\n", times, end.c_str());
  std::printf("%.0f requests/s over %lu connections\n", static_cast<double>(total) / took.count(),
              static_cast<unsigned long>(exchange.stats().opened));
  return 0;
}
