// Parameters of one execution, in PostgreSQL's binary format, each with its type.
//
//   Params p;
//   p.add(tenant);                    // $1 uuid: a Uuid or an id type with a member `Uuid value`
//   p.add(name);                      // $2 text
//   p.addNullableTexts(addresses);    // $3 text[] for unnest
//
// The declared types are uuid, text, bytea, int8, int4, bool, timestamptz and their arrays. A column of another type
// needs a cast in the SQL: `$4::jsonb`, `$5::belfry.channel`; domains and smallint columns take the assignment as it
// is. An optional that is empty is a NULL of its type. Values are copied; nothing needs to outlive the call.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/type_oid.h"
#include "kit/time.h"
#include "kit/uuid.h"

namespace belfry::pg {

/// TenantId and its like: distinct types around a Uuid.
template <class T>
concept WrapsUuid = requires(const T& id) {
  { id.value } -> std::convertible_to<Uuid>;
};

class Params {
 public:
  void add(const Uuid& id);
  void add(std::string_view text);
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  void add(std::int64_t number);
  void add(std::int32_t number);
  void add(std::same_as<bool> auto flag) { addBool(flag); }
  /// timestamptz. Throws std::out_of_range before 292 000 BC, where microseconds no longer fit.
  void add(TimePoint at);
  template <WrapsUuid Id>
  void add(const Id& id) {
    add(static_cast<const Uuid&>(id.value));
  }
  /// bytea.
  void addBytes(std::string_view bytes);
  void addNullableBytes(const std::optional<std::string>& bytes);
  void addNullableBytes(const std::optional<std::string_view>& bytes);
  /// NULL whose type the server infers from the statement.
  void addNull();
  template <class T>
  void add(const std::optional<T>& maybe) {
    if (maybe) return add(*maybe);
    addTypedNull(scalarOid(static_cast<const T*>(nullptr)));
  }

  // Arrays: any range, whose elements may be optional. The addNullable… names say so at the caller.
  template <class Range>
  void addUuids(const Range& ids) {
    addArray(kUuidOid, kUuidArrayOid, ids, [this](const auto& id) { putUuid(id); });
  }
  template <class Range>
  void addTexts(const Range& texts) {
    addArray(kTextOid, kTextArrayOid, texts, [this](std::string_view text) { putBytes(text); });
  }
  template <class Range>
  void addByteas(const Range& bytes) {
    addArray(kByteaOid, kByteaArrayOid, bytes, [this](std::string_view one) { putBytes(one); });
  }
  template <class Range>
  void addInt8s(const Range& numbers) {
    addArray(kInt8Oid, kInt8ArrayOid, numbers, [this](std::int64_t number) { putInt64(number); });
  }
  template <class Range>
  void addInt4s(const Range& numbers) {
    addArray(kInt4Oid, kInt4ArrayOid, numbers, [this](std::int32_t number) { putInt32(number); });
  }
  template <class Range>
  void addInt2s(const Range& numbers) {
    addArray(kInt2Oid, kInt2ArrayOid, numbers, [this](std::int16_t number) { putInt16(number); });
  }
  template <class Range>
  void addBools(const Range& flags) {
    addArray(kBoolOid, kBoolArrayOid, flags, [this](bool flag) { putBool(flag); });
  }
  template <class Range>
  void addTimes(const Range& times) {
    addArray(kTimestamptzOid, kTimestamptzArrayOid, times, [this](TimePoint at) { putTime(at); });
  }
  template <class Range>
  void addNullableUuids(const Range& ids) {
    addUuids(ids);
  }
  template <class Range>
  void addNullableTexts(const Range& texts) {
    addTexts(texts);
  }
  template <class Range>
  void addNullableByteas(const Range& bytes) {
    addByteas(bytes);
  }
  template <class Range>
  void addNullableInt8s(const Range& numbers) {
    addInt8s(numbers);
  }
  template <class Range>
  void addNullableInt4s(const Range& numbers) {
    addInt4s(numbers);
  }
  template <class Range>
  void addNullableInt2s(const Range& numbers) {
    addInt2s(numbers);
  }
  template <class Range>
  void addNullableBools(const Range& flags) {
    addBools(flags);
  }
  template <class Range>
  void addNullableTimes(const Range& times) {
    addTimes(times);
  }

  std::size_t size() const noexcept { return oids_.size(); }
  TypeOid oid(std::size_t index) const { return oids_.at(index); }
  bool isNull(std::size_t index) const { return lengths_.at(index) < 0; }
  const std::vector<TypeOid>& oids() const noexcept { return oids_; }
  /// For PQsendQueryPrepared: pointers into this object (null for NULL), valid until the next add.
  std::vector<const char*> values() const;
  const std::vector<int>& lengths() const noexcept { return lengths_; }

 private:
  static constexpr TypeOid scalarOid(const std::int64_t*) { return kInt8Oid; }
  static constexpr TypeOid scalarOid(const std::int32_t*) { return kInt4Oid; }
  static constexpr TypeOid scalarOid(const bool*) { return kBoolOid; }
  static constexpr TypeOid scalarOid(const TimePoint*) { return kTimestamptzOid; }
  static constexpr TypeOid scalarOid(const std::string*) { return kTextOid; }
  static constexpr TypeOid scalarOid(const std::string_view*) { return kTextOid; }
  static constexpr TypeOid scalarOid(const Uuid*) { return kUuidOid; }
  template <WrapsUuid Id>
  static constexpr TypeOid scalarOid(const Id*) {
    return kUuidOid;
  }

  template <class Range, class Put>
  void addArray(TypeOid element, TypeOid array, const Range& values, Put&& put) {
    begin(array);
    const std::size_t header = putArrayHeader(element);
    std::size_t count = 0;
    bool nulls = false;
    for (const auto& value : values) {
      nulls |= !putElement(value, put);
      ++count;
    }
    finishArrayHeader(header, count, nulls);
    end();
  }
  template <class T, class Put>
  bool putElement(const std::optional<T>& maybe, Put& put) {
    if (maybe) return putElement(*maybe, put);
    putInt32(-1);
    return false;
  }
  template <class T, class Put>
  bool putElement(const T& value, Put& put) {
    const std::size_t at = reserveLength();
    put(value);
    finishLength(at);
    return true;
  }

  void addBool(bool flag);
  void addTypedNull(TypeOid oid);
  void begin(TypeOid oid);
  void end();
  std::size_t putArrayHeader(TypeOid element);
  void finishArrayHeader(std::size_t at, std::size_t count, bool nulls);
  std::size_t reserveLength();
  void finishLength(std::size_t at);
  void putUuid(const Uuid& id);
  template <WrapsUuid Id>
  void putUuid(const Id& id) {
    putUuid(static_cast<const Uuid&>(id.value));
  }
  void putBytes(std::string_view bytes) { data_.append(bytes); }
  void putInt64(std::int64_t number);
  void putInt32(std::int32_t number);
  void putInt16(std::int16_t number);
  void putBool(bool flag) { data_.push_back(flag ? 1 : 0); }
  void putTime(TimePoint at);

  std::string data_;  // all values one after another
  std::vector<TypeOid> oids_;
  std::vector<std::size_t> offsets_;  // of each value in data_
  std::vector<int> lengths_;          // -1 is NULL
};

}  // namespace belfry::pg
