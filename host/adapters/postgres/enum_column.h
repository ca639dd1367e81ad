// Vocabulary words in rows. A word that this program does not know is an error: the database is newer, or was changed
// by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ports/store_error.h"

namespace belfry::pg {

template <class Enum>
Enum required(std::optional<Enum> parsed, std::string_view what) {
  if (!parsed) throw StoreRejected("the database holds an unknown " + std::string(what));
  return *parsed;
}

inline std::string orEmpty(const std::optional<std::string_view>& text) {
  return text ? std::string(*text) : std::string();
}

inline std::optional<std::string> orNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace belfry::pg
