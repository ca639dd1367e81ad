#include "adapters/postgres/rows.h"

#include <bit>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>

#include "adapters/postgres/libpq.h"
#include "adapters/postgres/wire.h"

namespace belfry::pg {
namespace {

constexpr int kTextFormat = 0;
constexpr char kJsonbVersion = 1;  // src/backend/utils/adt/jsonb.c, jsonb_send

[[noreturn]] void refuse(const PGresult* result, int column, const std::string& why) {
  const char* name = PQfname(result, column);
  throw std::logic_error("column " + std::to_string(column) + " (" + (name ? name : "not there") + "): " + why);
}

void checkColumn(const PGresult* result, int column) {
  const int columns = PQnfields(result);
  if (column < 0 || column >= columns) refuse(result, column, "the result has " + std::to_string(columns) + " columns");
}

/// One value that is known to be there, to be no NULL and to be of one of `types`.
std::string_view value(const PGresult* result, int row, int column, const char* wanted,
                       std::initializer_list<TypeOid> types) {
  checkColumn(result, column);
  const TypeOid type = PQftype(result, column);
  bool fits = false;
  for (const TypeOid one : types) fits |= one == type;
  if (!fits) refuse(result, column, "is " + typeName(type) + ", read as " + wanted);
  if (PQfformat(result, column) == kTextFormat) refuse(result, column, "is in text format; only text() reads it");
  if (PQgetisnull(result, row, column)) refuse(result, column, std::string("is NULL, read as ") + wanted);
  return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

Uuid toUuid(std::string_view bytes) {
  Uuid id;
  if (bytes.size() != id.bytes.size()) throw std::logic_error("uuid of " + std::to_string(bytes.size()) + " bytes");
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  return id;
}

/// The width says the type; the caller has checked it.
std::int64_t toInt64(std::string_view bytes) {
  if (bytes.size() == 8) return static_cast<std::int64_t>(wire::load<std::uint64_t>(bytes.data()));
  if (bytes.size() == 4) return static_cast<std::int32_t>(wire::load<std::uint32_t>(bytes.data()));
  return static_cast<std::int16_t>(wire::load<std::uint16_t>(bytes.data()));
}

/// Walks a binary array; see Params::putArrayHeader for its form.
class ArrayReader {
 public:
  ArrayReader(std::string_view bytes, TypeOid element, TypeOid other_element) : rest_(bytes) {
    const std::int32_t dimensions = takeInt32();
    takeInt32();  // has-nulls flag: each element says so itself
    const auto type = static_cast<TypeOid>(takeInt32());
    if (dimensions > 1)
      throw std::logic_error("array of " + std::to_string(dimensions) + " dimensions; only 1 is read");
    if (type != element && type != other_element) throw std::logic_error("array of " + typeName(type));
    if (dimensions == 0) return;
    left_ = takeInt32();
    takeInt32();  // lower bound
  }
  int left() const { return left_; }
  std::optional<std::string_view> next() {
    --left_;
    const std::int32_t length = takeInt32();
    if (length < 0) return std::nullopt;
    return take(static_cast<std::size_t>(length));
  }

 private:
  std::int32_t takeInt32() { return static_cast<std::int32_t>(wire::load<std::uint32_t>(take(4).data())); }
  std::string_view take(std::size_t size) {
    if (rest_.size() < size) throw std::logic_error("array ends early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  int left_ = 0;
};

template <class T, class Convert>
std::vector<std::optional<T>> nullableElements(ArrayReader reader, Convert convert) {
  std::vector<std::optional<T>> elements;
  elements.reserve(static_cast<std::size_t>(reader.left()));
  while (reader.left() > 0) {
    const auto bytes = reader.next();
    elements.push_back(bytes ? std::optional<T>(convert(*bytes)) : std::nullopt);
  }
  return elements;
}

template <class T, class Convert>
std::vector<T> elements(const PGresult* result, int column, ArrayReader reader, Convert convert) {
  std::vector<T> all;
  all.reserve(static_cast<std::size_t>(reader.left()));
  while (reader.left() > 0) {
    const auto bytes = reader.next();
    if (!bytes) refuse(result, column, "holds a NULL element");
    all.push_back(convert(*bytes));
  }
  return all;
}

std::string_view asIs(std::string_view bytes) { return bytes; }

}  // namespace

bool Row::isNull(int column) const {
  checkColumn(result_, column);
  return PQgetisnull(result_, row_, column) != 0;
}

Uuid Row::uuid(int column) const { return toUuid(value(result_, row_, column, "uuid", {kUuidOid})); }

std::string_view Row::text(int column) const {
  checkColumn(result_, column);
  if (PQfformat(result_, column) == kTextFormat && !isNull(column)) {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }
  std::string_view bytes = value(result_, row_, column, "text",
                                 {kTextOid, kVarcharOid, kBpcharOid, kNameOid, kUnknownOid, kJsonOid, kJsonbOid});
  if (PQftype(result_, column) == kJsonbOid) {
    if (bytes.empty() || bytes.front() != kJsonbVersion) refuse(result_, column, "jsonb of an unknown version");
    bytes.remove_prefix(1);
  }
  return bytes;
}

std::string_view Row::bytes(int column) const { return value(result_, row_, column, "bytea", {kByteaOid}); }

std::int64_t Row::int64(int column) const {
  return toInt64(value(result_, row_, column, "integer", {kInt2Oid, kInt4Oid, kInt8Oid}));
}

double Row::real(int column) const {
  const std::string_view bytes = value(result_, row_, column, "float", {kFloat4Oid, kFloat8Oid});
  if (bytes.size() == 4) return std::bit_cast<float>(wire::load<std::uint32_t>(bytes.data()));
  return std::bit_cast<double>(wire::load<std::uint64_t>(bytes.data()));
}

bool Row::boolean(int column) const { return value(result_, row_, column, "bool", {kBoolOid}).front() != 0; }

TimePoint Row::time(int column) const {
  const std::int64_t micros = toInt64(value(result_, row_, column, "timestamptz", {kTimestamptzOid}));
  using Limits = std::numeric_limits<std::int64_t>;
  if (micros == Limits::max() || micros == Limits::min()) refuse(result_, column, "is an infinite timestamptz");
  std::int64_t unix_micros = 0;
  if (__builtin_add_overflow(micros, wire::kPostgresEpoch.count(), &unix_micros)) {
    refuse(result_, column, "is a timestamptz past the range of instants");
  }
  return TimePoint(Duration(unix_micros));
}

std::optional<Uuid> Row::maybeUuid(int column) const {
  return isNull(column) ? std::nullopt : std::optional(uuid(column));
}
std::optional<std::string_view> Row::maybeText(int column) const {
  return isNull(column) ? std::nullopt : std::optional(text(column));
}
std::optional<std::string_view> Row::maybeBytes(int column) const {
  return isNull(column) ? std::nullopt : std::optional(bytes(column));
}
std::optional<std::int64_t> Row::maybeInt64(int column) const {
  return isNull(column) ? std::nullopt : std::optional(int64(column));
}
std::optional<double> Row::maybeReal(int column) const {
  return isNull(column) ? std::nullopt : std::optional(real(column));
}
std::optional<bool> Row::maybeBoolean(int column) const {
  return isNull(column) ? std::nullopt : std::optional(boolean(column));
}
std::optional<TimePoint> Row::maybeTime(int column) const {
  return isNull(column) ? std::nullopt : std::optional(time(column));
}

std::vector<std::string_view> Row::texts(int column) const {
  const auto bytes = value(result_, row_, column, "text[]", {kTextArrayOid, kVarcharArrayOid});
  return elements<std::string_view>(result_, column, ArrayReader(bytes, kTextOid, kVarcharOid), asIs);
}

std::vector<Uuid> Row::uuids(int column) const {
  const auto bytes = value(result_, row_, column, "uuid[]", {kUuidArrayOid});
  return elements<Uuid>(result_, column, ArrayReader(bytes, kUuidOid, kUuidOid), toUuid);
}

std::vector<std::int64_t> Row::int64s(int column) const {
  const auto bytes = value(result_, row_, column, "int[]", {kInt2ArrayOid, kInt4ArrayOid, kInt8ArrayOid});
  // The array type was checked, so the element type fits it and its width tells which.
  const TypeOid element = bytes.size() < 12 ? kInferredOid : wire::load<std::uint32_t>(bytes.data() + 8);
  return elements<std::int64_t>(result_, column, ArrayReader(bytes, element, element), toInt64);
}

std::vector<std::optional<std::string_view>> Row::maybeTexts(int column) const {
  const auto bytes = value(result_, row_, column, "text[]", {kTextArrayOid, kVarcharArrayOid});
  return nullableElements<std::string_view>(ArrayReader(bytes, kTextOid, kVarcharOid), asIs);
}

std::vector<std::optional<Uuid>> Row::maybeUuids(int column) const {
  const auto bytes = value(result_, row_, column, "uuid[]", {kUuidArrayOid});
  return nullableElements<Uuid>(ArrayReader(bytes, kUuidOid, kUuidOid), toUuid);
}

void Rows::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

Rows::Rows(pg_result* result) noexcept : result_(result) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

int Rows::size() const noexcept { return PQntuples(result_.get()); }

std::int64_t Rows::affected() const {
  const std::string count = PQcmdTuples(result_.get());
  return count.empty() ? 0 : std::stoll(count);
}

Row Rows::operator[](int row) const {
  if (row < 0 || row >= size()) {
    throw std::logic_error("row " + std::to_string(row) + " of a result of " + std::to_string(size()) + " rows");
  }
  return {result_.get(), row};
}

}  // namespace belfry::pg
