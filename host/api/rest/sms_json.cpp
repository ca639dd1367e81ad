#include "api/rest/sms_json.h"

#include "api/rest/parse_with.h"

namespace belfry {

Result<SmsPreviewWish, Problem> parseSmsPreview(std::string_view body) {
  constexpr std::size_t kMostTextBytes = 64 * 1024;
  return parseWith<SmsPreviewWish>(body, [](ObjectReader& reader) {
    SmsPreviewWish wish;
    reader.require("text", "a text");
    wish.text = reader.text("text", {.least = 0, .most = kMostTextBytes});
    if (reader.has("to")) wish.to = reader.text("to", {.least = 0, .most = 4096});
    return wish;
  });
}

std::string smsPreviewJson(const SmsSegments& segments, const std::optional<PhoneNumber>& to) {
  JsonWriter json;
  json.object([&] {
    json.member("encoding", smsEncodingName(segments.encoding));
    json.member("segments", segments.parts.size());
    json.member("units", segments.units);
    json.memberArray("parts", [&] {
      for (const auto& part : segments.parts) {
        json.object([&] {
          json.member("text", part.text);
          json.member("units", part.units);
        });
      }
    });
    if (!to) return json.member("to", nullptr);
    json.memberObject("to", [&] {
      json.member("e164", to->e164);
      json.member("region", to->region);
      json.member("type", to->type);
    });
  });
  return json.take();
}

}  // namespace belfry
