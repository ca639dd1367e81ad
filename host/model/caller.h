// Who is asking: what an auth plugin made of a credential.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

struct Caller {
  TenantId tenant;
  std::string tenant_slug;
  std::string subject;  ///< what audit shows, e.g. `key:orders-service`
  std::vector<Role> roles;
  std::set<Scope> scopes;
  std::string user_id;  ///< whose inbox and devices these are; empty for a service

  bool may(Scope scope) const { return scopes.contains(scope); }
  bool isPlatformAdmin() const {
    for (Role role : roles)
      if (role == Role::platform_admin) return true;
    return false;
  }
};

}  // namespace belfry
