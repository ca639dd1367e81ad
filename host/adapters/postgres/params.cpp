#include "adapters/postgres/params.h"

#include <stdexcept>

#include "adapters/postgres/wire.h"

namespace belfry::pg {
namespace {

constexpr int kNullLength = -1;
constexpr std::size_t kMaxValue = 0x3fffffff;  // PostgreSQL refuses values from 1 GiB on (MaxAllocSize)

template <class Unsigned>
void append(std::string& out, Unsigned number) {
  char bytes[sizeof number];
  wire::store(bytes, number);
  out.append(bytes, sizeof bytes);
}

int checkedLength(std::size_t length) {
  if (length > kMaxValue)
    throw std::length_error("SQL parameter of " + std::to_string(length) + " bytes; at most 1 GiB");
  return static_cast<int>(length);
}

}  // namespace

void Params::begin(TypeOid oid) {
  oids_.push_back(oid);
  offsets_.push_back(data_.size());
  lengths_.push_back(0);
}

void Params::end() { lengths_.back() = checkedLength(data_.size() - offsets_.back()); }

void Params::add(const Uuid& id) {
  begin(kUuidOid);
  putUuid(id);
  end();
}

void Params::add(std::string_view text) {
  begin(kTextOid);
  putBytes(text);
  end();
}

void Params::add(std::int64_t number) {
  begin(kInt8Oid);
  putInt64(number);
  end();
}

void Params::add(std::int32_t number) {
  begin(kInt4Oid);
  putInt32(number);
  end();
}

void Params::addBool(bool flag) {
  begin(kBoolOid);
  putBool(flag);
  end();
}

void Params::add(TimePoint at) {
  begin(kTimestamptzOid);
  putTime(at);
  end();
}

void Params::addBytes(std::string_view bytes) {
  begin(kByteaOid);
  putBytes(bytes);
  end();
}

void Params::addNullableBytes(const std::optional<std::string>& bytes) {
  bytes ? addBytes(*bytes) : addTypedNull(kByteaOid);
}

void Params::addNullableBytes(const std::optional<std::string_view>& bytes) {
  bytes ? addBytes(*bytes) : addTypedNull(kByteaOid);
}

void Params::addNull() { addTypedNull(kInferredOid); }

void Params::addTypedNull(TypeOid oid) {
  begin(oid);
  lengths_.back() = kNullLength;
}

std::vector<const char*> Params::values() const {
  std::vector<const char*> pointers(oids_.size());
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    pointers[i] = lengths_[i] == kNullLength ? nullptr : data_.data() + offsets_[i];
  }
  return pointers;
}

// src/backend/utils/adt/arrayfuncs.c, array_recv: dimensions, has-nulls flag, element type, then for each dimension its
// size and lower bound, then the elements, each with its length (-1: NULL). Count and flag are filled in afterwards.
std::size_t Params::putArrayHeader(TypeOid element) {
  const std::size_t at = data_.size();
  putInt32(1);
  putInt32(0);
  append(data_, static_cast<std::uint32_t>(element));
  putInt32(0);
  putInt32(1);
  return at;
}

void Params::finishArrayHeader(std::size_t at, std::size_t count, bool nulls) {
  wire::store(data_.data() + at + 4, static_cast<std::uint32_t>(nulls ? 1 : 0));
  wire::store(data_.data() + at + 12, static_cast<std::uint32_t>(checkedLength(count)));
}

std::size_t Params::reserveLength() {
  const std::size_t at = data_.size();
  putInt32(0);
  return at;
}

void Params::finishLength(std::size_t at) {
  const int length = checkedLength(data_.size() - at - 4);
  wire::store(data_.data() + at, static_cast<std::uint32_t>(length));
}

void Params::putUuid(const Uuid& id) { data_.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()); }

void Params::putInt64(std::int64_t number) { append(data_, static_cast<std::uint64_t>(number)); }
void Params::putInt32(std::int32_t number) { append(data_, static_cast<std::uint32_t>(number)); }
void Params::putInt16(std::int16_t number) { append(data_, static_cast<std::uint16_t>(number)); }

void Params::putTime(TimePoint at) {
  std::int64_t micros = 0;
  if (__builtin_sub_overflow(at.time_since_epoch().count(), wire::kPostgresEpoch.count(), &micros)) {
    throw std::out_of_range("SQL parameter: instant before the range of timestamptz");
  }
  putInt64(micros);
}

}  // namespace belfry::pg
