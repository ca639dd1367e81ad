#include "adapters/openssl/jwt_json.h"

#include "kit/json.h"

namespace belfry::openssl {
namespace {

Result<JsonDocument, std::string> object(std::string_view name, std::string_view text) {
  auto parsed = parseJson(text);
  if (!parsed.ok())
    return failure(std::string(name) + ": cannot be read as JSON at offset " + std::to_string(parsed.error().offset));
  if (!parsed->IsObject()) return failure(std::string(name) + ": must be a JSON object");
  return std::move(*parsed);
}

}  // namespace

Result<std::string, std::string> joseHeader(JwtAlgorithm algorithm, std::string_view header_json) {
  const auto given = object("JWT header", header_json);
  if (!given.ok()) return failure(given.error());
  if (given->HasMember("alg")) return failure(std::string("JWT header: must not hold \"alg\", which is added"));
  JsonWriter writer;
  writer.object([&] {
    writer.member("alg", algorithm == JwtAlgorithm::rs256 ? "RS256" : "ES256");
    for (const auto& member : given->GetObject()) writer.member(asView(member.name), member.value);
  });
  return writer.take();
}

std::string whyNoClaims(std::string_view claims_json) {
  const auto claims = object("JWT claims", claims_json);
  return claims.ok() ? "" : claims.error();
}

}  // namespace belfry::openssl
