// A tenant and what is configured for it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/dedup.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// Where a row came from: config files reconcile as read-only rows, the API's live beside them.
enum class Source { file, api };

struct Tenant {
  TenantId id;
  std::string slug;
  std::string name;
  TenantState state = TenantState::active;
  std::vector<std::string> auth;  ///< ids of auth plugins, in the order they are asked
  Source source = Source::api;
  TimePoint created_at{};
  DedupPolicy dedup{};
};

/// One configured provider of a tenant.
struct ProviderInstance {
  TenantId tenant;
  ProviderId id;
  std::string slug;
  std::string plugin;
  Channel channel;
  int priority = 1;
  int weight = 1;
  bool enabled = true;
  bool simulate = false;
  std::string config_json = "{}";
  std::map<std::string, std::string> secrets;
  std::string callback_id;
  Source source = Source::api;
  std::string problem;  ///< why it cannot send; empty when it can
};

/// An API key without its secret.
struct ApiKey {
  ApiKeyId id;
  std::string public_id;
  std::string name;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  TimePoint created_at{};
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> revoked_at;
  std::optional<TimePoint> last_used_at;
};

}  // namespace belfry
