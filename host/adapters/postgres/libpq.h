// libpq's own objects with owners. Only for the .cpp of this folder: headers forward-declare pg_conn and pg_result.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace belfry::pg {

struct PqFree {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
  void operator()(PGconn* handle) const noexcept { PQfinish(handle); }
  void operator()(PGnotify* note) const noexcept { PQfreemem(note); }
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ResultPtr = std::unique_ptr<PGresult, PqFree>;
using HandlePtr = std::unique_ptr<PGconn, PqFree>;
using NotifyPtr = std::unique_ptr<PGnotify, PqFree>;
using OptionsPtr = std::unique_ptr<PQconninfoOption, PqFree>;

/// libpq ends its messages with newlines.
inline std::string trimmed(const char* message) {
  std::string text = message ? message : "";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

inline std::string field(const PGresult* result, int code) { return trimmed(PQresultErrorField(result, code)); }

}  // namespace belfry::pg
