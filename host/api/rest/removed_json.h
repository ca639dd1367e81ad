// The answer of what removes something.
#pragma once

#include <string>

#include "kit/json.h"

namespace belfry {

/// `{"removed": true}`.
inline std::string removedJson() {
  JsonWriter json;
  json.object([&] { json.member("removed", true); });
  return json.take();
}

}  // namespace belfry
