// The record of who changed what.
#pragma once

#include <optional>
#include <string>

#include "model/ids.h"

namespace belfry {

using AuditId = Id<struct AuditTag>;

/// `before` and `after` are JSON objects with secrets and addresses masked; empty when there was or is nothing.
struct AuditEntry {
  TenantId tenant;
  AuditId id;
  TimePoint at;
  std::string actor;   ///< the caller's subject
  std::string action;  ///< queue.pause, queue.retry_failed, …
  std::string target;  ///< what was changed
  std::string before_json;
  std::string after_json;
  std::string request_id;
};

}  // namespace belfry
