#pragma once

#include <ostream>

#include "kit/json.h"

namespace belfry::cli {

/// A template's facts, its versions, and the texts of the newest one.
void printTemplate(std::ostream& out, const JsonValue& found);

}  // namespace belfry::cli
