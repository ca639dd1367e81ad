#include "adapters/postgres/callback_json.h"

#include "kit/crypto.h"
#include "kit/json.h"

namespace belfry::pg {
namespace {

std::string text(const JsonValue& object, const char* name) {
  auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsString() ? std::string(asView(member->value)) : std::string();
}

std::optional<std::string> bytes(const JsonValue& object, const char* name) { return fromBase64(text(object, name)); }

}  // namespace

// Header values and the body may hold any byte, so they travel as base64.
std::string toJson(const RawCallback& callback) {
  JsonWriter json;
  json.object([&] {
    json.member("url", callback.url);
    json.member("query", callback.query);
    json.memberArray("headers", [&] {
      for (const auto& header : callback.headers) {
        json.array([&] {
          json.value(header.first);
          json.value(toBase64(header.second));
        });
      }
    });
    json.member("body", toBase64(callback.body));
  });
  return json.take();
}

std::optional<RawCallback> parseCallback(std::string_view text_json) {
  auto json = parseJson(text_json);
  if (!json || !json->IsObject()) return std::nullopt;
  RawCallback callback;
  callback.url = text(*json, "url");
  callback.query = text(*json, "query");
  auto headers = json->FindMember("headers");
  auto body = bytes(*json, "body");
  if (headers == json->MemberEnd() || !headers->value.IsArray() || !body) return std::nullopt;
  for (const auto& pair : headers->value.GetArray()) {
    if (!pair.IsArray() || pair.Size() != 2 || !pair[0].IsString() || !pair[1].IsString()) return std::nullopt;
    auto value = fromBase64(asView(pair[1]));
    if (!value) return std::nullopt;
    callback.headers.emplace_back(asView(pair[0]), std::move(*value));
  }
  callback.body = std::move(*body);
  return callback;
}

std::string toJson(const Receipt& receipt) {
  JsonWriter json;
  auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) json.member(name, value);
  };
  json.object([&] {
    json.member("type", toText(receipt.type));
    if (receipt.delivery) json.member("delivery", receipt.delivery->toString());
    json.member("attempt", receipt.attempt);
    text("providerMessageId", receipt.provider_message_id);
    text("dedupeKey", receipt.dedupe_key);
    if (receipt.at) json.member("at", formatRfc3339(*receipt.at));
    text("recipient", receipt.recipient);
    json.member("suppress", receipt.suppress);
    text("code", receipt.code);
    text("detail", receipt.detail);
    text("url", receipt.url);
  });
  return json.take();
}

std::optional<Receipt> parseReceipt(std::string_view text_json) {
  auto json = parseJson(text_json);
  if (!json || !json->IsObject()) return std::nullopt;
  auto type = parseReceiptType(text(*json, "type"));
  auto attempt = json->FindMember("attempt");
  auto suppress = json->FindMember("suppress");
  if (!type || attempt == json->MemberEnd() || !attempt->value.IsInt() || suppress == json->MemberEnd() ||
      !suppress->value.IsBool())
    return std::nullopt;
  Receipt receipt{};
  receipt.type = *type;
  receipt.delivery = DeliveryId::parse(text(*json, "delivery"));
  receipt.attempt = attempt->value.GetInt();
  receipt.provider_message_id = text(*json, "providerMessageId");
  receipt.dedupe_key = text(*json, "dedupeKey");
  receipt.at = parseRfc3339(text(*json, "at"));
  receipt.recipient = text(*json, "recipient");
  receipt.suppress = suppress->value.GetBool();
  receipt.code = text(*json, "code");
  receipt.detail = text(*json, "detail");
  receipt.url = text(*json, "url");
  return receipt;
}

}  // namespace belfry::pg
