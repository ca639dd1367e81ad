// Who is asking: what an auth plugin made of a credential.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// Scopes, a bit each: a caller is copied for each request, and a set of nodes was most of that copy.
class ScopeSet {
 public:
  ScopeSet() = default;
  ScopeSet(std::initializer_list<Scope> scopes) {
    for (Scope scope : scopes) insert(scope);
  }

  void insert(Scope scope) { bits_ |= bit(scope); }
  bool contains(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  bool operator==(const ScopeSet&) const = default;

 private:
  static std::uint64_t bit(Scope scope) { return std::uint64_t{1} << static_cast<unsigned>(scope); }

  std::uint64_t bits_ = 0;
};

struct Caller {
  TenantId tenant;
  std::string tenant_slug;
  std::string subject;  ///< what audit shows, e.g. `key:orders-service`
  std::vector<Role> roles;
  ScopeSet scopes;
  std::string user_id;  ///< whose inbox and devices these are; empty for a service

  bool may(Scope scope) const { return scopes.contains(scope); }
  bool isPlatformAdmin() const {
    for (Role role : roles)
      if (role == Role::platform_admin) return true;
    return false;
  }
};

}  // namespace belfry
