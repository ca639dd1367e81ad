// Lists of notifications: their query, and a page of them.
#pragma once

#include <optional>
#include <string_view>

#include "api/http/message.h"
#include "kit/result.h"
#include "model/problem.h"
#include "ports/notification_store.h"
#include "services/intake/intake.h"

namespace belfry {

struct NotificationQuery {
  NotificationFilter filter;
  std::optional<NotificationId> before;
  int limit = 0;
};

/// `cursor_kind` keeps one list's cursor from being read by another. With a `batch` that is the filter, and no
/// parameter.
Result<NotificationQuery, Problem> readNotificationQuery(const HttpRequest& request, std::string_view cursor_kind,
                                                         std::optional<Uuid> batch = std::nullopt);

/// 200 with the page, newest first and without timelines.
HttpResponse notificationPage(NotificationStore& store, TenantId tenant, const NotificationQuery& query,
                              std::string_view cursor_kind);

/// The answer to what was taken in, or was before.
HttpResponse toResponse(SendAnswer answer);

}  // namespace belfry
