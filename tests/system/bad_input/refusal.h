// What a refused request must look like, and that it left nothing behind.
#pragma once

#include <string>

#include "system/stage.h"

namespace belfry::test {

/// Expects a problem document (RFC 9457) with this status and code.
void expectProblem(const ApiReply& reply, int status, const std::string& code, const std::string& of_what);
/// Expects an entry of `errors` with this pointer and code, which says what is allowed.
void expectFieldError(const ApiReply& reply, const std::string& pointer, const std::string& code,
                      const std::string& of_what);

/// How many rows every table that a send writes has.
std::string rowCounts();

}  // namespace belfry::test
