// The frame of every body's reader: parse, read each field, report what nobody asked for.
#pragma once

#include <string_view>
#include <utility>

#include "api/rest/body_json.h"
#include "api/rest/object_reader.h"
#include "kit/result.h"

namespace belfry {

/// `read(reader)` makes the value from the body's object; every error comes at once.
template <class Parsed, class Read>
Result<Parsed, Problem> parseWith(std::string_view body, Read read) {
  auto document = parseBody(body);
  if (!document) return failure(std::move(document).error());
  FieldErrors errors;
  ObjectReader reader(*document, "", errors);
  Parsed parsed = read(reader);
  reader.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return parsed;
}

}  // namespace belfry
