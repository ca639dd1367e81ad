// The contract and the routes say the same.
#include <gtest/gtest.h>

#include <set>

#include "api/rest/audit_operations.h"
#include "api/rest/batch_operations.h"
#include "api/rest/callback_operations.h"
#include "api/rest/dead_letter_operations.h"
#include "api/rest/dedup_operations.h"
#include "api/rest/device_operations.h"
#include "api/rest/docs_operations.h"
#include "api/rest/feed_operations.h"
#include "api/rest/health_operations.h"
#include "api/rest/inbox_operations.h"
#include "api/rest/key_operations.h"
#include "api/rest/lookup_operations.h"
#include "api/rest/notification_operations.h"
#include "api/rest/plugin_operations.h"
#include "api/rest/provider_operations.h"
#include "api/rest/queue_operations.h"
#include "api/rest/reschedule_operations.h"
#include "api/rest/schedule_operations.h"
#include "api/rest/sms_operations.h"
#include "api/rest/statistics_operations.h"
#include "api/rest/subscriber_operations.h"
#include "api/rest/template_operations.h"
#include "api/rest/tenant_operations.h"
#include "kit/json.h"
#include "unit/rest/rest_fixture.h"

namespace belfry {
namespace embedded {
extern const std::string_view kOpenApiJson;
extern const std::string_view kOpenApiYaml;
}  // namespace embedded

namespace {

/// No operation is called, so nothing needs to stand behind the references.
template <class Port>
Port& unused() {
  alignas(Port) static unsigned char place[sizeof(Port)];
  return reinterpret_cast<Port&>(place);
}

Router wholeRouter() {
  Router router;
  addNotificationOperations(router, unused<Intake>(), unused<NotificationStore>());
  addBatchOperations(router, unused<BatchIntake>(), unused<BatchStore>(), unused<NotificationStore>());
  addRescheduleOperation(router, unused<Rescheduling>());
  addScheduleOperations(router, unused<Schedules>(), unused<ScheduleStore>());
  addTemplateOperations(router, unused<TemplateStore>(), unused<TemplateEngines>(), unused<TemplateResolver>());
  addPluginOperations(router, unused<ChannelPlugins>());
  addProviderOperations(router, unused<Directory>(), unused<Providers>(), "");
  addWebhookOperations(router, unused<Callbacks>(), "", 0);
  addCallbackOperations(router, unused<CallbackStore>(), unused<Callbacks>(), {});
  addQueueOperations(router, unused<QueueControl>());
  addDeadLetterOperations(router, unused<DeadLetters>(), unused<QueueControl>());
  addAuditOperations(router, unused<AuditStore>());
  addQuestionOperations(router, unused<ProviderQuestions>());
  addFeedOperations(router, unused<FeedFollowers>(), unused<FeedStore>(), unused<SystemClock>());
  addStatisticsOperations(router, unused<StatisticsStore>(), unused<SystemClock>());
  addTenantOperations(router, unused<CatalogueStore>(), unused<Authenticators>(), {});
  addKeyOperations(router, unused<ApiKeys>());
  addInboxOperations(router, unused<InboxStore>());
  addSubscriberOperations(router, unused<SubscriberTokens>());
  addSmsOperations(router, unused<PhoneNumbers>(), "");
  addDeviceOperations(router, unused<DeviceStore>(), 1);
  addDedupOperations(router, unused<DedupStore>());
  addLookupOperations(router);
  addHealthOperations(router, {}, {});
  addDocsOperations(router, {}, "");
  return router;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

TEST(Contract, HasExactlyTheOperationsOfTheRouter) {
  const auto contract = parseJson(embedded::kOpenApiJson);
  ASSERT_TRUE(contract.ok()) << contract.error().message;
  std::set<std::string> described, routed;
  for (const auto& path : (*contract)["paths"].GetObject())
    for (const auto& method : path.value.GetObject())
      described.insert(upper(asView(method.name)) + " " + std::string(asView(path.name)));
  const auto router = wholeRouter();
  for (const auto* operation : router.operations()) routed.insert(operation->method + " " + operation->path);
  EXPECT_EQ(described, routed);
}

TEST(Contract, NamesTheScopeOfEachOperation) {
  const auto contract = parseJson(embedded::kOpenApiJson);
  ASSERT_TRUE(contract.ok());
  const auto router = wholeRouter();
  for (const auto* operation : router.operations()) {
    if (!operation->scope || *operation->scope == Scope::tenants_write) continue;  // "only for the platform admin"
    std::string method = operation->method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto& described = (*contract)["paths"][operation->path.c_str()][method.c_str()];
    const auto scope = "`" + std::string(toText(*operation->scope)) + "`";
    EXPECT_NE(asView(described["description"]).find(scope), std::string_view::npos)
        << operation->method << " " << operation->path;
  }
}

TEST(Contract, NeedsNoOtherFile) {
  EXPECT_EQ(embedded::kOpenApiYaml.find("vocabulary.yaml"), std::string_view::npos);
  EXPECT_NE(embedded::kOpenApiYaml.find("openapi: 3.1.0"), std::string_view::npos);
}

}  // namespace
}  // namespace belfry
