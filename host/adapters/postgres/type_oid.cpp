#include "adapters/postgres/type_oid.h"

#include <utility>

namespace belfry::pg {
namespace {

constexpr std::pair<TypeOid, const char*> kNames[] = {
    {kInferredOid, "inferred"},
    {kBoolOid, "bool"},
    {kByteaOid, "bytea"},
    {kNameOid, "name"},
    {kInt8Oid, "int8"},
    {kInt2Oid, "int2"},
    {kInt4Oid, "int4"},
    {kTextOid, "text"},
    {kJsonOid, "json"},
    {kFloat4Oid, "float4"},
    {kFloat8Oid, "float8"},
    {kUnknownOid, "unknown"},
    {kBoolArrayOid, "bool[]"},
    {kByteaArrayOid, "bytea[]"},
    {kInt2ArrayOid, "int2[]"},
    {kInt4ArrayOid, "int4[]"},
    {kTextArrayOid, "text[]"},
    {kVarcharArrayOid, "varchar[]"},
    {kInt8ArrayOid, "int8[]"},
    {kBpcharOid, "char"},
    {kVarcharOid, "varchar"},
    {kTimestamptzOid, "timestamptz"},
    {kTimestamptzArrayOid, "timestamptz[]"},
    {kUuidOid, "uuid"},
    {kUuidArrayOid, "uuid[]"},
    {kJsonbOid, "jsonb"},
};

}  // namespace

std::string typeName(TypeOid oid) {
  for (const auto& [known, name] : kNames) {
    if (known == oid) return name;
  }
  return "type with oid " + std::to_string(oid);
}

}  // namespace belfry::pg
