#include "api/rest/provider_wish_json.h"

#include <algorithm>

#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"

namespace belfry {
namespace {

constexpr std::size_t kMostConfig = 64 * 1024;
constexpr std::size_t kMostSecret = 64 * 1024;
constexpr std::size_t kMostDepth = 16;
constexpr std::string_view kSecretForm = "an object {\"value\": \"…\"} with a text of 1 to 65536 bytes";

bool isCallbackId(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

/// A secret's value is never repeated in an error.
std::optional<std::string> readSecret(const std::string& pointer, const JsonValue& json, FieldErrors& errors) {
  const auto refused = [&](FieldErrorCode code, std::string message) {
    errors.push_back({pointer, code, std::move(message), {}, std::string(kSecretForm)});
    return std::nullopt;
  };
  if (!json.IsObject()) return refused(FieldErrorCode::wrong_type, "is not an object");
  if (json.MemberCount() != 1 || !json.HasMember("value"))
    return refused(FieldErrorCode::malformed, "needs value alone");
  const auto& value = json["value"];
  if (!value.IsString()) return refused(FieldErrorCode::wrong_type, "has a value that is no text");
  if (value.GetStringLength() == 0) return refused(FieldErrorCode::too_short, "has an empty value");
  if (value.GetStringLength() > kMostSecret) return refused(FieldErrorCode::too_long, "has too long a value");
  return std::string(asView(value));
}

/// `null` removes, where that is allowed.
template <class Take>
void readSecrets(ObjectReader& reader, bool null_allowed, Take take) {
  const auto* secrets = reader.find("secrets");
  if (secrets == nullptr) return;
  if (!secrets->IsObject())
    return reader.refuse("secrets", FieldErrorCode::wrong_type, "is not an object", "an object");
  for (const auto& member : secrets->GetObject()) {
    const std::string name(asView(member.name));
    const auto pointer = reader.pointerTo("secrets") + "/" + name;
    if (null_allowed && member.value.IsNull()) take(name, std::nullopt);
    else if (auto value = readSecret(pointer, member.value, reader.errors())) take(name, std::move(value));
  }
}

std::optional<int> whole(ObjectReader& reader, std::string_view name, std::int64_t least, std::int64_t most) {
  auto number = reader.integer(name, least, most);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace

Result<ProviderWish, Problem> parseProviderWish(std::string_view body) {
  return parseWith<ProviderWish>(body, [](ObjectReader& reader) {
    ProviderWish wish;
    wish.slug = reader.text("id", {.required = true, .most = 63, .valid = isSlug, .form = kSlugForm});
    wish.plugin = reader.text("plugin", {.required = true, .most = 63});
    wish.channel = reader.word<Channel>("channel", parseChannel, allowedChannel());
    wish.priority = whole(reader, "priority", 1, 1000).value_or(1);
    wish.weight = whole(reader, "weight", 0, 1000).value_or(1);
    wish.enabled = reader.flag("enabled").value_or(true);
    wish.simulate = reader.flag("simulate").value_or(false);
    wish.config_json = reader.opaque("config", kMostConfig, kMostDepth);
    wish.callback_id =
        reader.text("callbackId", {.most = 100, .valid = isCallbackId, .form = "letters, digits, _ and -"});
    readSecrets(reader, false, [&](const std::string& name, std::optional<std::string> value) {
      wish.secrets[name] = std::move(*value);
    });
    return wish;
  });
}

Result<ProviderChange, Problem> parseProviderChange(std::string_view body) {
  return parseWith<ProviderChange>(body, [](ObjectReader& reader) {
    ProviderChange change;
    change.priority = whole(reader, "priority", 1, 1000);
    change.weight = whole(reader, "weight", 0, 1000);
    change.enabled = reader.flag("enabled");
    change.simulate = reader.flag("simulate");
    if (reader.has("config")) change.config_json = reader.opaque("config", kMostConfig, kMostDepth);
    readSecrets(reader, true, [&](const std::string& name, std::optional<std::string> value) {
      change.secrets[name] = std::move(value);
    });
    return change;
  });
}

}  // namespace belfry
