// Type OIDs of PostgreSQL's built-in types (src/include/catalog/pg_type.dat): they never change between versions.
#pragma once

#include <string>

namespace belfry::pg {

/// libpq's Oid.
using TypeOid = unsigned int;

inline constexpr TypeOid kInferredOid = 0;
inline constexpr TypeOid kBoolOid = 16;
inline constexpr TypeOid kByteaOid = 17;
inline constexpr TypeOid kNameOid = 19;
inline constexpr TypeOid kInt8Oid = 20;
inline constexpr TypeOid kInt2Oid = 21;
inline constexpr TypeOid kInt4Oid = 23;
inline constexpr TypeOid kTextOid = 25;
inline constexpr TypeOid kJsonOid = 114;
inline constexpr TypeOid kFloat4Oid = 700;
inline constexpr TypeOid kFloat8Oid = 701;
inline constexpr TypeOid kUnknownOid = 705;
inline constexpr TypeOid kBoolArrayOid = 1000;
inline constexpr TypeOid kByteaArrayOid = 1001;
inline constexpr TypeOid kInt2ArrayOid = 1005;
inline constexpr TypeOid kInt4ArrayOid = 1007;
inline constexpr TypeOid kTextArrayOid = 1009;
inline constexpr TypeOid kVarcharArrayOid = 1015;
inline constexpr TypeOid kInt8ArrayOid = 1016;
inline constexpr TypeOid kBpcharOid = 1042;
inline constexpr TypeOid kVarcharOid = 1043;
inline constexpr TypeOid kTimestamptzOid = 1184;
inline constexpr TypeOid kTimestamptzArrayOid = 1185;
inline constexpr TypeOid kUuidOid = 2950;
inline constexpr TypeOid kUuidArrayOid = 2951;
inline constexpr TypeOid kJsonbOid = 3802;

/// SQL name of a type above ("timestamptz"), or "type with oid N".
std::string typeName(TypeOid oid);

}  // namespace belfry::pg
