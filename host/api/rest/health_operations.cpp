#include "api/rest/health_operations.h"

#include "api/rest/health_json.h"

namespace belfry {
namespace {

HttpResponse healthResponse(const Readiness& readiness) {
  auto response = jsonResponse(readiness.ready ? 200 : 503, healthJson(readiness));
  if (!readiness.ready) response.headers.add("Retry-After", "1");
  return response;
}

/// Probes add parameters of their own, so those are let through.
Operation probe(std::string path, AnswerNow answer) {
  auto operation = shows(std::move(path), std::move(answer));
  operation.at_once = false;
  return operation;
}

}  // namespace

void addHealthOperations(Router& router, std::function<Readiness()> readiness, std::function<std::string()> metrics) {
  const AnswerNow health = [readiness = std::move(readiness)](const Call&) -> Answer {
    return healthResponse(readiness());
  };
  router.add(probe("/health", health));
  router.add(probe("/health/ready", health));
  // Says only that the event loops turn.
  router.add(shows("/health/live", [](const Call&) -> Answer { return jsonResponse(200, R"({"status":"ok"})"); }));
  router.add(shows("/metrics", [metrics = std::move(metrics)](const Call&) -> Answer {
    auto response = jsonResponse(200, metrics());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  }));
}

}  // namespace belfry
