// A request's body as a JSON object, or the problem that says why it is none.
#pragma once

#include <cstddef>
#include <string_view>

#include "kit/json.h"
#include "kit/result.h"
#include "model/problem.h"

namespace belfry {

/// Objects and arrays within each other that a body may have; opaque values such as `data` have a limit of their own.
inline constexpr std::size_t kMostBodyDepth = 128;

/// 400 malformed_json when the text cannot be read, with one error that names place, value and what is allowed; 422
/// when it is JSON but no object.
Result<JsonDocument, Problem> parseBody(std::string_view body);

}  // namespace belfry
