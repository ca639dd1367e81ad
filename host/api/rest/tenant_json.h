// Tenants, in and out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/json.h"
#include "kit/result.h"
#include "model/problem.h"
#include "model/tenant.h"

namespace belfry {

struct NewTenant {
  std::string slug;
  std::string name;
  std::vector<std::string> auth;  ///< empty: not given
};

/// `{slug, name, auth}`; the name is the slug when it is absent.
Result<NewTenant, Problem> parseTenant(std::string_view body);

void writeTenant(JsonWriter& json, const Tenant& tenant);
std::string tenantJson(const Tenant& tenant);

}  // namespace belfry
