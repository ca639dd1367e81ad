#include "api/rest/audit_operations.h"

#include "api/rest/audit_json.h"
#include "api/rest/page_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "au";

Answer list(AuditStore& audit, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  AuditFilter filter;
  filter.action = query.text("action");
  filter.from = query.time("from");
  filter.to = query.time("to");
  const int limit = query.limit();
  std::optional<AuditId> before;
  if (const auto id = query.idCursor(kCursorKind)) before = AuditId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, pageJson(
                               audit.list(call.caller.tenant, filter, before, limit + 1), limit, kCursorKind,
                               [](const auto& entry) { return entry.id.toString(); },
                               [](JsonWriter& json, const auto& entry) { writeAudit(json, entry); }));
}

}  // namespace

void addAuditOperations(Router& router, AuditStore& audit) {
  router.add(lists("/api/v1/admin/audit", Scope::audit_read, [&audit](const Call& call) { return list(audit, call); }));
}

}  // namespace belfry
