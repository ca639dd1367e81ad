#include "adapters/prometheus/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace belfry {
namespace {

double seconds(std::chrono::microseconds duration) { return std::chrono::duration<double>(duration).count(); }

const prometheus::Histogram::BucketBoundaries kHttpBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                           0.1,   0.25,   0.5,   1,    2.5,   5};
const prometheus::Histogram::BucketBoundaries kAttemptBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                              1,     2.5,  5,     10,   30,  60};

bool isEventName(std::string_view name) {
  constexpr std::size_t kMost = 40;
  auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kMost && std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("belfry_http_requests_total").Help("HTTP requests answered").Register(registry);
  prometheus::Family<prometheus::Histogram>& request_seconds =
      prometheus::BuildHistogram()
          .Name("belfry_http_request_seconds")
          .Help("Time from the complete head of a request to its answer")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& attempts = prometheus::BuildCounter()
                                                          .Name("belfry_delivery_attempts_total")
                                                          .Help("Attempts that reached a provider, by outcome")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& attempt_seconds =
      prometheus::BuildHistogram()
          .Name("belfry_delivery_attempt_seconds")
          .Help("Time from the begin of an attempt to its outcome")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& rescued = prometheus::BuildCounter()
                                                         .Name("belfry_leases_rescued_total")
                                                         .Help("Attempts whose worker vanished, by what followed")
                                                         .Register(registry);
  prometheus::Family<prometheus::Counter>& plugin_events = prometheus::BuildCounter()
                                                               .Name("belfry_plugin_events_total")
                                                               .Help("What plugins count themselves")
                                                               .Register(registry);
  std::mutex plugin_events_mutex;
  std::map<std::string, std::set<std::string, std::less<>>> plugin_event_names;  // guarded by plugin_events_mutex
  prometheus::Family<prometheus::Counter>& callbacks = prometheus::BuildCounter()
                                                           .Name("belfry_callbacks_total")
                                                           .Help("Callbacks of providers, by what became of them")
                                                           .Register(registry);
  prometheus::Family<prometheus::Counter>& receipts = prometheus::BuildCounter()
                                                          .Name("belfry_receipts_total")
                                                          .Help("Receipts of providers, by what became of them")
                                                          .Register(registry);
  prometheus::Counter& sequenced = prometheus::BuildCounter()
                                       .Name("belfry_feed_sequenced_total")
                                       .Help("Events that this process moved into the feed")
                                       .Register(registry)
                                       .Add({});
  prometheus::Family<prometheus::Counter>& dedup_claims = prometheus::BuildCounter()
                                                              .Name("belfry_dedup_claims_total")
                                                              .Help("Deduplicated sends per channel, by result")
                                                              .Register(registry);
  prometheus::Family<prometheus::Counter>& dedup_alerts =
      prometheus::BuildCounter()
          .Name("belfry_dedup_alerts_total")
          .Help("Times that a tenant's share of doubles passed dedup.alert_rate")
          .Register(registry);
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::httpRequest(std::string_view method, std::string_view route, int status,
                          std::chrono::microseconds duration) {
  std::string known_method = method == "GET" || method == "POST" || method == "DELETE" || method == "PUT" ||
                                     method == "PATCH" || method == "HEAD"
                                 ? std::string(method)
                                 : "other";
  std::string known_route = route.empty() ? "none" : std::string(route);
  impl_->requests.Add({{"method", known_method}, {"route", known_route}, {"status", std::to_string(status)}})
      .Increment();
  impl_->request_seconds.Add({{"method", known_method}, {"route", known_route}}, kHttpBuckets)
      .Observe(seconds(duration));
}

void Metrics::attempt(Channel channel, const std::string& plugin, const std::string& outcome,
                      std::chrono::microseconds duration) {
  std::string name(toText(channel));
  impl_->attempts.Add({{"channel", name}, {"plugin", plugin}, {"outcome", outcome}}).Increment();
  impl_->attempt_seconds.Add({{"channel", name}, {"plugin", plugin}}, kAttemptBuckets).Observe(seconds(duration));
}

void Metrics::dedup(std::size_t claims, std::size_t doubles, std::size_t alerts) {
  impl_->dedup_claims.Add({{"result", "first"}}).Increment(static_cast<double>(claims - std::min(claims, doubles)));
  impl_->dedup_claims.Add({{"result", "double"}}).Increment(static_cast<double>(doubles));
  impl_->dedup_alerts.Add({}).Increment(static_cast<double>(alerts));
}

void Metrics::leaseRescued(bool again) { impl_->rescued.Add({{"followed_by", again ? "resend" : "hold"}}).Increment(); }

void Metrics::callback(const std::string& plugin, std::string_view result) {
  impl_->callbacks.Add({{"plugin", plugin.empty() ? "none" : plugin}, {"result", std::string(result)}}).Increment();
}

void Metrics::receipt(const std::string& plugin, ReceiptType type, ReceiptResult result) {
  impl_->receipts
      .Add({{"plugin", plugin}, {"type", std::string(toText(type))}, {"result", std::string(toText(result))}})
      .Increment();
}

void Metrics::feedSequenced(int events) { impl_->sequenced.Increment(events); }

bool Metrics::pluginEvent(const std::string& plugin, std::string_view event, std::uint64_t n) {
  constexpr std::size_t kMostNames = 32;
  if (!isEventName(event)) return false;
  {
    std::lock_guard lock(impl_->plugin_events_mutex);
    auto& names = impl_->plugin_event_names[plugin];
    if (!names.contains(event)) {
      if (names.size() >= kMostNames) return false;
      names.emplace(event);
    }
  }
  impl_->plugin_events.Add({{"plugin", plugin}, {"event", std::string(event)}}).Increment(static_cast<double>(n));
  return true;
}

void Metrics::gauge(const std::string& name, const std::string& help, std::function<double()> read,
                    const Labels& labels) {
  auto& gauge = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels);
  impl_->gauges.emplace_back(&gauge, std::move(read));
}

std::string Metrics::text() {
  for (auto& [gauge, read] : impl_->gauges) gauge->Set(read());
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace belfry
