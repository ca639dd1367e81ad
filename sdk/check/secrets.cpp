#include "check/secrets.h"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include "check/crypto.h"

namespace belfry::check {
namespace {

constexpr std::size_t kTellable = 6;

bool parseDocument(const std::string& text, rapidjson::Document& out) {
  out.Parse(text.data(), text.size());
  return !out.HasParseError() && out.IsObject();
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool isDelicate(std::string_view member) {
  return endsWith(member, "key") || member.find("secret") != std::string_view::npos ||
         member.find("password") != std::string_view::npos;
}

bool holds(std::string_view text, std::string_view value) {
  return value.size() >= kTellable && text.find(value) != std::string_view::npos;
}

bool documentShows(const std::string& value, std::string_view text) {
  rapidjson::Document document;
  if (value.empty() || value.front() != '{' || !parseDocument(value, document)) return false;
  for (const auto& member : document.GetObject())
    if (member.value.IsString() && isDelicate({member.name.GetString(), member.name.GetStringLength()}) &&
        holds(text, {member.value.GetString(), member.value.GetStringLength()}))
      return true;
  return false;
}

}  // namespace

std::optional<std::string> secretValue(const Secrets& secrets, std::string_view reference) {
  const auto hash = reference.find('#');
  const auto found = secrets.find(reference.substr(0, hash));
  if (found == secrets.end()) return std::nullopt;
  if (hash == std::string_view::npos) return found->second;
  rapidjson::Document document;
  if (!parseDocument(found->second, document)) return std::nullopt;
  const auto path = reference.substr(hash + 1);
  const rapidjson::Value* value = rapidjson::Pointer(path.data(), path.size()).Get(document);
  if (!value || !value->IsString()) return std::nullopt;
  return std::string(value->GetString(), value->GetStringLength());
}

std::optional<std::string> macKey(const Secrets& secrets, const bf_seg& key) {
  const std::string_view text(key.s.n == 0 ? "" : key.s.p, key.s.n);
  if (key.kind != BF_SEG_SECRET) return std::nullopt;
  auto value = secretValue(secrets, text);
  if (!value || key.xform == BF_XFORM_RAW) return value;
  if (key.xform != BF_XFORM_WHSEC) return std::nullopt;
  constexpr std::string_view kPrefix = "whsec_";
  if (value->compare(0, kPrefix.size(), kPrefix) == 0) value->erase(0, kPrefix.size());
  return decodeBase64(*value);
}

std::string secretShownIn(const Secrets& secrets, std::string_view text) {
  for (const auto& [name, value] : secrets)
    if (holds(text, value) || documentShows(value, text)) return name;
  return {};
}

}  // namespace belfry::check
