// The rows of one result. Columns are read by index and by their own type: asking a wrong type, a column that is not
// there, or a NULL where a value is expected throws std::logic_error naming column and type: never garbage.
// Neither class is thread-safe for writing; reading a Rows from several threads is fine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/postgres/type_oid.h"
#include "kit/time.h"
#include "kit/uuid.h"

struct pg_result;

namespace belfry::pg {

/// One row; a view that must not outlive its Rows, and neither may the string_views it gives.
class Row {
 public:
  Row(const pg_result* result, int row) noexcept : result_(result), row_(row) {}

  bool isNull(int column) const;
  Uuid uuid(int column) const;
  /// text, varchar, char(n), name, json, jsonb, domains of them. (Any type when the result came from runText.)
  std::string_view text(int column) const;
  /// bytea.
  std::string_view bytes(int column) const;
  /// int2, int4, int8.
  std::int64_t int64(int column) const;
  /// float4, float8.
  double real(int column) const;
  bool boolean(int column) const;
  /// timestamptz; infinity is refused.
  TimePoint time(int column) const;

  std::optional<Uuid> maybeUuid(int column) const;
  std::optional<std::string_view> maybeText(int column) const;
  std::optional<std::string_view> maybeBytes(int column) const;
  std::optional<std::int64_t> maybeInt64(int column) const;
  std::optional<double> maybeReal(int column) const;
  std::optional<bool> maybeBoolean(int column) const;
  std::optional<TimePoint> maybeTime(int column) const;

  // Arrays of one dimension. Elements that are NULL are refused, but by maybeTexts and maybeUuids.
  // An array of a domain has a type of its own: cast it in the SQL (`array_agg(state::text)`).
  std::vector<std::string_view> texts(int column) const;
  std::vector<Uuid> uuids(int column) const;
  std::vector<std::int64_t> int64s(int column) const;
  std::vector<std::optional<std::string_view>> maybeTexts(int column) const;
  std::vector<std::optional<Uuid>> maybeUuids(int column) const;

 private:
  const pg_result* result_;
  int row_;
};

/// Owns a result. Move-only.
class Rows {
 public:
  class Iterator {
   public:
    Iterator(const pg_result* result, int row) noexcept : result_(result), row_(row) {}
    Row operator*() const noexcept { return {result_, row_}; }
    Iterator& operator++() noexcept {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const pg_result* result_;
    int row_;
  };

  /// Takes ownership. Used by Connection.
  explicit Rows(pg_result* result) noexcept;
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  int size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// Rows that an INSERT, UPDATE, DELETE or MERGE touched, or a SELECT gave; 0 for other commands.
  std::int64_t affected() const;
  /// Throws std::logic_error when there is no such row.
  Row operator[](int row) const;
  Iterator begin() const noexcept { return {result_.get(), 0}; }
  Iterator end() const noexcept { return {result_.get(), size()}; }

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace belfry::pg
