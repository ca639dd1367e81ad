#include "api/rest/inbox_operations.h"

#include <charconv>

#include "api/rest/inbox_json.h"
#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/removed_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "i";

std::string positionText(const InboxEntry& entry) {
  return std::to_string(entry.created_at.time_since_epoch().count()) + "." + entry.id.toString();
}

/// nullopt when the text is not what positionText writes.
std::optional<InboxPosition> parsePosition(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + dot, micros);
  const auto id = DeliveryId::parse(text.substr(dot + 1));
  constexpr std::int64_t kLatest = 253402300799'000000;  // the year 9999
  if (error != std::errc() || end != text.data() + dot || micros < 0 || micros > kLatest || !id) return std::nullopt;
  return InboxPosition{TimePoint(Duration(micros)), *id};
}

Problem unknownItem(const Call& call) { return notFound("there is no notification '" + shorten(call.params[0]) + "'"); }

Answer list(InboxStore& inbox, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const int limit = query.limit();
  const auto cursor = query.cursor(kCursorKind);
  InboxFilter filter;
  filter.status = query.word<InboxState>("status", parseInboxState, allowedInboxState());
  filter.category = query.text("category");
  query.finish();
  const auto after = cursor ? parsePosition(*cursor) : std::nullopt;
  if (cursor && !after) {
    errors.push_back(
        {"?cursor", FieldErrorCode::malformed, "is not a cursor of this list", "", "nextCursor of the page before"});
  }
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  const auto found = inbox.page(call.caller.tenant, call.caller.user_id, filter, after, limit + 1);
  return jsonResponse(200, pageJson(found, limit, kCursorKind, positionText, writeInboxEntry));
}

using OnEntry = std::optional<InboxEntry> (InboxStore::*)(TenantId, const std::string&, DeliveryId);

/// Does one thing to the item that the path names, and answers with it.
AnswerNow withEntry(InboxStore& inbox, OnEntry action) {
  return [&inbox, action](const Call& call) -> Answer {
    const auto id = DeliveryId::parse(call.params[0]);
    const auto entry = id ? (inbox.*action)(call.caller.tenant, call.caller.user_id, *id) : std::nullopt;
    if (!entry) return failure(unknownItem(call));
    return jsonResponse(200, inboxEntryJson(*entry));
  };
}

Answer remove(InboxStore& inbox, const Call& call) {
  const auto id = DeliveryId::parse(call.params[0]);
  if (!id || !inbox.remove(call.caller.tenant, call.caller.user_id, *id)) return failure(unknownItem(call));
  return jsonResponse(200, removedJson());
}

Answer markAllRead(InboxStore& inbox, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto until = query.time("until");
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, countJson("updated", inbox.markAllRead(call.caller.tenant, call.caller.user_id, until)));
}

}  // namespace

void addInboxOperations(Router& router, InboxStore& inbox) {
  const std::string base = "/api/v1/users/me/notifications";
  const std::string one = base + "/{id}";
  router.add(own(lists(base, Scope::inbox_read, [&inbox](const Call& call) { return list(inbox, call); })));
  router.add(own(reads(base + "/unread-count", Scope::inbox_read, [&inbox](const Call& call) {
    return jsonResponse(200, countJson("unread", inbox.unreadCount(call.caller.tenant, call.caller.user_id)));
  })));
  auto mark_all = own(acts(base + "/mark-all-read", Scope::inbox_write,
                           [&inbox](const Call& call) { return markAllRead(inbox, call); }));
  mark_all.has_query = true;
  router.add(std::move(mark_all));
  router.add(own(reads(one, Scope::inbox_read, withEntry(inbox, &InboxStore::one))));
  router.add(own(acts(one + "/read", Scope::inbox_write, withEntry(inbox, &InboxStore::markRead))));
  router.add(own(acts(one + "/unread", Scope::inbox_write, withEntry(inbox, &InboxStore::markUnread))));
  router.add(own(withMethod(
      "DELETE", reads(one, Scope::inbox_write, [&inbox](const Call& call) { return remove(inbox, call); }))));
}

}  // namespace belfry
