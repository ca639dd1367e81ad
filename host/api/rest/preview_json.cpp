#include "api/rest/preview_json.h"

namespace belfry {
namespace {

void writePreview(JsonWriter& json, const DeliveryPreview& preview) {
  json.object([&] {
    json.member("channel", toText(preview.channel));
    json.member("to", preview.to);
    if (preview.provider.empty()) json.member("provider", nullptr);
    else json.member("provider", preview.provider);
    json.member("simulated", preview.simulated);
    json.memberObject("content", [&] {
      for (const auto& [name, text] : preview.content) json.member(name, text);
    });
    json.rawMember("exchanges", preview.exchanges_json);
    if (preview.outcome) {
      json.memberObject("outcome", [&] {
        json.member("class", toText(preview.outcome->outcome));
        json.member("code", preview.outcome->code);
        json.member("detail", preview.outcome->detail);
      });
    }
    if (preview.problem_code.empty()) return json.member("problem", nullptr);
    json.memberObject("problem", [&] {
      json.member("code", preview.problem_code);
      json.member("detail", preview.problem);
    });
  });
}

}  // namespace

void writePreviews(JsonWriter& json, const std::vector<DeliveryPreview>& previews) {
  json.memberArray("previews", [&] {
    for (const auto& preview : previews) writePreview(json, preview);
  });
}

}  // namespace belfry
