// What a schema allows, said in words.
#pragma once

#include <string>

#include "kit/json.h"

namespace belfry::schema {

/// E.g. `integer from 1 to 65535`, `one of email, sms`, `list of strings`. `root` is where `$ref`s point into.
std::string allowedBy(const JsonValue& root, const JsonValue& schema);

}  // namespace belfry::schema
