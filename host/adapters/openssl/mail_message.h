// A message cut into header fields and body, no copy made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/result.h"

namespace belfry::openssl {

struct MailField {
  std::string name;        ///< in lower case
  std::string_view value;  ///< after the colon, folds and all, without the final CRLF
};

/// Refers to the text that it was made from.
struct MailMessage {
  std::vector<MailField> fields;  ///< from top to bottom
  std::string_view body;
};

/// RFC 5322 text. Error: a line break that is no CRLF, or a header line that is no field, with its number.
Result<MailMessage, std::string> splitMessage(std::string_view text);

}  // namespace belfry::openssl
