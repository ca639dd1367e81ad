#include "adapters/postgres/error.h"

#include <array>
#include <utility>

namespace belfry::pg {
namespace {

std::string describe(const SqlFailure& failure) {
  std::string text = failure.statement + ": " + failure.message;
  if (!failure.sqlstate.empty()) text += " (" + failure.sqlstate + ")";
  if (failure.ambiguous) text += "; whether it was committed is unknown";
  return text;
}

}  // namespace

SqlError::SqlError(SqlFailure failure) : std::runtime_error(describe(failure)), failure_(std::move(failure)) {}

bool SqlError::retryable() const noexcept {
  static constexpr std::array<std::string_view, 5> kPrefixes{"40001", "40P01", "57P0", "08", "53300"};
  for (const std::string_view prefix : kPrefixes) {
    if (std::string_view(failure_.sqlstate).starts_with(prefix)) return true;
  }
  return failure_.connection_lost || failure_.stale_plan;
}

}  // namespace belfry::pg
