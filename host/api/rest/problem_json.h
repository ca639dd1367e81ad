// Problems as RFC 9457 documents, and the few that every operation makes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "model/problem.h"

namespace belfry {

using FieldErrors = std::vector<FieldError>;

/// The answer that tells the client about a problem. `request_id` is repeated in the body, so that a report holds it.
HttpResponse toResponse(const Problem& problem, std::string_view request_id);

/// 422 with every error that was found.
Problem invalidFields(FieldErrors errors);
Problem notFound(std::string detail);

}  // namespace belfry
