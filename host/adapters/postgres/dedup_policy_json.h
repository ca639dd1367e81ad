// The columns tenants.dedup and templates.dedup, data that is merged, and the details of dedup events.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/uuid.h"
#include "model/dedup.h"

namespace belfry::pg {

/// nullopt for a policy that says nothing: the column is NULL then.
std::optional<std::string> toJson(const DedupPolicy& policy);
/// Throws StoreRejected when the text is not what toJson writes.
DedupPolicy parseDedupPolicy(std::string_view json);
inline DedupPolicy policyOf(const std::optional<std::string_view>& column) {
  return column ? parseDedupPolicy(*column) : DedupPolicy();
}

/// RFC 7396: members of the patch take the place of the target's, null takes them away. Both are JSON objects.
std::string mergedJson(std::string_view target_json, std::string_view patch_json);

/// What explain tells of a double, or of what a double did to the first one.
struct DedupDetail {
  DedupLevel level = DedupLevel::send;
  DedupStrategy strategy = DedupStrategy::drop;
  bool generated = false;
  std::string key_id;           ///< hex
  std::string_view outcome;     ///< dropped, merged or replaced
  std::string_view reason;      ///< why merge or replace became a drop; empty: it did not
  std::string_view other_name;  ///< first, or by: who the other one is
  Uuid other_notification;
  std::optional<Uuid> other_delivery;
  std::optional<TimePoint> expires_at;
};
std::string toJson(const DedupDetail& detail);

}  // namespace belfry::pg
