// Puts the operations of the REST API together.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/rest/health_operations.h"
#include "api/rest/rest_api.h"
#include "app/callback_desk.h"
#include "app/config/settings.h"
#include "app/feed_desk.h"
#include "app/install_layout.h"
#include "kit/log.h"
#include "kit/time.h"
#include "ports/audit_store.h"
#include "ports/authenticators.h"
#include "ports/batch_store.h"
#include "ports/catalogue_store.h"
#include "ports/channels.h"
#include "ports/dedup_store.h"
#include "ports/device_store.h"
#include "ports/inbox_store.h"
#include "ports/notification_store.h"
#include "ports/phone_numbers.h"
#include "ports/schedule_store.h"
#include "ports/template_store.h"
#include "ports/templates.h"
#include "services/dead_letters/dead_letters.h"
#include "services/identity/api_keys.h"
#include "services/identity/subscriber_tokens.h"
#include "services/intake/batch_intake.h"
#include "services/intake/intake.h"
#include "services/queues/queue_control.h"
#include "services/rendering/template_resolver.h"
#include "services/schedules/rescheduling.h"
#include "services/schedules/schedules.h"
#include "services/tenants/directory.h"
#include "services/tenants/providers.h"

namespace belfry {

/// What the operations need; all of it outlives the API.
struct ApiParts {
  Intake& intake;
  NotificationStore& notifications;
  BatchIntake& batch_intake;
  BatchStore& batches;
  InboxStore& inbox;
  DeviceStore& devices;
  const PhoneNumbers& numbers;
  TemplateStore& templates;
  TemplateEngines& engines;
  TemplateResolver& resolver;
  const ChannelPlugins& plugins;
  Directory& directory;
  CatalogueStore& catalogue;
  Providers& providers;
  ApiKeys& keys;
  SubscriberTokens& subscriber_tokens;
  const Authenticators& authenticators;
  CallbackDesk& callbacks;
  CallbackStore& callback_store;
  FeedDesk& feed;
  FeedStore& feed_store;
  StatisticsStore& statistics;
  const Clock& clock;
  DedupStore& dedup;
  QueueControl& queues;
  DeadLetters& dead_letters;
  AuditStore& audit;
  Rescheduling& rescheduling;
  Schedules& schedules;
  ScheduleStore& schedule_store;
  std::function<Readiness()> readiness;
  std::function<std::string()> metrics;
};

/// How others reach this host, without trailing slash.
std::string publicUrl(const HttpSettings& http, std::uint16_t port);

/// A process without the role `api` answers health and metrics only.
Router assembleRouter(const ApiParts& parts, const Settings& settings, const InstallLayout& layout, std::uint16_t port);

RestSettings restSettings(const Settings& settings);

}  // namespace belfry
