#include "app/api_assembly.h"

#include "api/rest/audit_operations.h"
#include "api/rest/batch_operations.h"
#include "api/rest/callback_operations.h"
#include "api/rest/dead_letter_operations.h"
#include "api/rest/dedup_operations.h"
#include "api/rest/device_operations.h"
#include "api/rest/docs_operations.h"
#include "api/rest/feed_operations.h"
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

namespace belfry {

std::string publicUrl(const HttpSettings& http, std::uint16_t port) {
  if (!http.public_url.empty()) return http.public_url;
  bool v6 = http.address.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + http.address + "]" : http.address) + ":" + std::to_string(port);
}

Router assembleRouter(const ApiParts& parts, const Settings& settings, const InstallLayout& layout,
                      std::uint16_t port) {
  Router router;
  addHealthOperations(router, parts.readiness, parts.metrics);
  if (!settings.roles.contains(ProcessRole::api)) return router;
  auto url = publicUrl(settings.http, port);
  addNotificationOperations(router, parts.intake, parts.notifications);
  addBatchOperations(router, parts.batch_intake, parts.batches, parts.notifications);
  addRescheduleOperation(router, parts.rescheduling);
  addScheduleOperations(router, parts.schedules, parts.schedule_store);
  addTemplateOperations(router, parts.templates, parts.engines, parts.resolver);
  addPluginOperations(router, parts.plugins);
  addProviderOperations(router, parts.directory, parts.providers, url);
  addWebhookOperations(router, parts.callbacks.callbacks(), url, settings.callbacks.max_body_bytes);
  addCallbackOperations(router, parts.callback_store, parts.callbacks.callbacks(),
                        [&desk = parts.callbacks] { desk.recoverNow(); });
  addQueueOperations(router, parts.queues);
  addDeadLetterOperations(router, parts.dead_letters, parts.queues);
  addAuditOperations(router, parts.audit);
  addQuestionOperations(router, parts.callbacks.questions());
  addFeedOperations(router, parts.feed.followers(), parts.feed_store, parts.clock);
  addStatisticsOperations(router, parts.statistics, parts.clock);
  addTenantOperations(router, parts.catalogue, parts.authenticators,
                      [&directory = parts.directory] { directory.reload(); });
  addKeyOperations(router, parts.keys);
  addInboxOperations(router, parts.inbox);
  addSubscriberOperations(router, parts.subscriber_tokens);
  addSmsOperations(router, parts.numbers, settings.default_region);
  addDeviceOperations(router, parts.devices, settings.devices_per_user);
  addDedupOperations(router, parts.dedup);
  addLookupOperations(router);
  addDocsOperations(router, layout.docs_ui, url);
  return router;
}

RestSettings restSettings(const Settings& settings) {
  RestSettings rest;
  rest.worker_threads = settings.http.worker_threads;
  rest.queue_limit = settings.http.queue_limit;
  rest.max_body_bytes = settings.http.max_body_bytes;
  rest.idempotency_ttl = settings.idempotency_ttl;
  return rest;
}

}  // namespace belfry
