// Text for terminals: aligned columns, times, and values from elsewhere made safe to show.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "kit/json.h"

namespace belfry::cli {

/// Columns that the host may have left out read "-".
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : rows_{std::move(heads)} {}

  /// As many cells as heads.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Every line begins with `indent`; the last column is not padded.
  void print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Control characters become spaces: what a provider answered must not steer the terminal.
std::string printable(std::string_view text);

/// `2026-12-01T09:00:00.123456Z` → `2026-12-01 09:00:00.123`; anything else as it is. UTC.
std::string shortTime(std::string_view rfc3339);

/// The member at a path such as "recipient.email", or nullptr.
const JsonValue* memberAt(const JsonValue& json, std::string_view path);

/// A value in one cell: texts as they are, times short, lists with commas, objects as `name=value, …`, absent and null
/// "-".
std::string cellText(const JsonValue* value);
inline std::string cellText(const JsonValue& json, std::string_view path) { return cellText(memberAt(json, path)); }

/// One column of a list of objects.
struct Column {
  const char* head;
  const char* path;
};

/// A table with one row for each object of `items`.
void printObjects(std::ostream& out, const JsonValue& items, const std::vector<Column>& columns);
/// The same columns of one object, one a line, absent ones left out.
void printObject(std::ostream& out, const JsonValue& object, const std::vector<Column>& columns);

}  // namespace belfry::cli
