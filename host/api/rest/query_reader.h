// Query parameters of a list, read as strictly as a body. Errors point to `?name`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/rest/problem_json.h"
#include "kit/time.h"
#include "kit/uuid.h"

namespace belfry {

/// One thread; `request` and `errors` must outlive it.
class QueryReader {
 public:
  QueryReader(const HttpRequest& request, FieldErrors& errors);

  std::string text(std::string_view name, std::size_t most = 200);
  std::optional<TimePoint> time(std::string_view name);
  std::optional<Uuid> uuid(std::string_view name);
  template <class Word>
  std::optional<Word> word(std::string_view name, std::optional<Word> (*parse)(std::string_view) noexcept,
                           std::string_view allowed) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    auto parsed = parse(*value);
    if (!parsed) refuse(name, FieldErrorCode::not_allowed, "is not one of the values allowed", std::string(allowed));
    return parsed;
  }
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<Duration> duration(std::string_view name);
  /// `limit`: how many items a page has, 1 to 200.
  int limit();
  /// `cursor`: the position that a page of this kind of list ended at; nullopt for the first page.
  std::optional<std::string> cursor(std::string_view kind);
  /// The same for a list that is ordered by id.
  std::optional<Uuid> idCursor(std::string_view kind);
  /// Reports parameters that nobody asked for or that came twice.
  void finish();

 private:
  const std::string* find(std::string_view name);
  void refuseCursor();
  void refuse(std::string_view name, FieldErrorCode code, std::string message, std::string allowed);

  const HttpRequest& request_;
  FieldErrors& errors_;
  std::vector<std::string_view> known_;
};

/// An opaque cursor of a list: the kind keeps one list's cursor from being read by another.
std::string makeCursor(std::string_view kind, std::string_view position);

}  // namespace belfry
