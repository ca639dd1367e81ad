// Why a request cannot be done: a stable code, a detail for people and the fields that are wrong.
#pragma once

#include <string>
#include <vector>

#include "model/vocabulary.h"

namespace belfry {

struct FieldError {
  std::string pointer;  ///< RFC 6901, into the request body
  FieldErrorCode code;
  std::string message;
  std::string value;    ///< what was given, shortened; empty when it is absent or secret
  std::string allowed;  ///< what would be right
};

struct Problem {
  ErrorCode code;
  std::string detail;
  std::vector<FieldError> errors;
  int retry_after_s = 0;  ///< 0: none
};

/// A value as it may be shown in an error: at most 80 bytes, cut at a character.
std::string shorten(std::string_view value);

}  // namespace belfry
