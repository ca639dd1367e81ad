#include "api/rest/audit_json.h"

namespace belfry {
namespace {

void objectOrNull(JsonWriter& json, std::string_view name, const std::string& object) {
  if (object.empty()) json.member(name, nullptr);
  else json.rawMember(name, object);
}

}  // namespace

void writeAudit(JsonWriter& json, const AuditEntry& entry) {
  json.object([&] {
    json.member("id", entry.id.toString());
    json.member("at", formatRfc3339(entry.at));
    json.member("actor", entry.actor);
    json.member("action", entry.action);
    json.member("target", entry.target);
    objectOrNull(json, "before", entry.before_json);
    objectOrNull(json, "after", entry.after_json);
    json.member("requestId", entry.request_id);
  });
}

}  // namespace belfry
