// Problems as RFC 9457 documents, and the few that every operation makes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "kit/json.h"
#include "model/problem.h"

namespace belfry {

using FieldErrors = std::vector<FieldError>;

/// The answer that tells the client about a problem. `request_id` is repeated in the body, so that a report holds it.
HttpResponse toResponse(const Problem& problem, std::string_view request_id);

/// Texts quote the request, which may hold any byte: what is no UTF-8 is replaced, and so is a NUL, which JSON could
/// hold but strict readers, ours among them, refuse.
void memberText(JsonWriter& json, std::string_view name, std::string_view text);
/// One entry of a problem's `errors`.
void writeFieldError(JsonWriter& json, const FieldError& error);

/// 422 with every error that was found.
Problem invalidFields(FieldErrors errors);
Problem notFound(std::string detail);

}  // namespace belfry
