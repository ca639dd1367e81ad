// The section `dedup` of tenant and template files, whose shape a schema has accepted.
#pragma once

#include <functional>
#include <string>

#include "kit/json.h"
#include "model/dedup.h"

namespace belfry {

/// Told where a value is wrong: a pointer below the section, the value, what is allowed and what is wrong.
using RefuseSection =
    std::function<void(const std::string& pointer, const std::string& value, std::string allowed, std::string message)>;

DedupPolicy readDedupSection(const JsonValue& section, const RefuseSection& refuse);

}  // namespace belfry
