#include "system/stage.h"

#include <stdexcept>

#include "support/test_services.h"

namespace belfry::test {
namespace {

HostOptions stageOptions(const MailSink& sink, HostOptions more) {
  HostOptions options = mailHost(sink);
  if (more.tenant_files.contains("acme")) options.tenant_files.erase("acme");  // described by the caller
  options.tenant_files["other"] = smtpTenant("other", sink.port());
  options.program = more.program;
  options.tenant_files.merge(more.tenant_files);
  options.template_files.merge(more.template_files);
  options.environment.merge(more.environment);
  options.set.insert(options.set.end(), {"retry.email.base_ms=200", "retry.email.factor=1", "retry.email.attempts=3"});
  options.set.insert(options.set.end(), more.set.begin(), more.set.end());
  return options;
}

}  // namespace

Stage::Stage(HostOptions more) : host(stageOptions(sink, std::move(more))) {}

Stage::Stage(HostOptions (*more)(const MailSink&)) : host(stageOptions(sink, more(sink))) {}

ApiReply Stage::sendAndWait(const std::string& body, const std::string& status) const {
  const auto sent = send(body);
  if (sent.status != 202) throw std::runtime_error("not accepted: " + sent.body + sent.error);
  return host.waitForStatus(sent.text("/id"), status, "acme");
}

long Stage::count(const std::string& from_and_where) const {
  return std::stol(runSql(host.superuserUrl(), "SELECT count(*) FROM " + from_and_where).at(0).at(0));
}

std::string mailBody(const std::string& address, const std::string& more) {
  return R"({"channel":"email","recipient":{"email":")" + address +
         R"("},"content":{"subject":"Hello","text":"It rings."})" + more + "}";
}

std::string timelineOf(const ApiReply& notification, std::size_t delivery) {
  const std::string timeline = "/deliveries/" + std::to_string(delivery) + "/timeline";
  std::string types;
  for (std::size_t i = 0; i < notification.size(timeline); ++i)
    types += (i ? " " : "") + notification.text(timeline + "/" + std::to_string(i) + "/type");
  return types;
}

}  // namespace belfry::test
