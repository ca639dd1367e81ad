#pragma once

#include <ostream>

#include "kit/json.h"

namespace belfry::cli {

/// The answer of `GET …/notifications/{id}/explain` for people.
void printExplanation(std::ostream& out, const JsonValue& explanation);

}  // namespace belfry::cli
