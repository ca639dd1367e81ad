#include "kit/json.h"
#include "services/callbacks/look_up_detail.h"

namespace belfry {

std::string toJson(const LookUpDetail& detail) {
  JsonWriter json;
  json.object([&] {
    json.member("known", detail.known);
    if (!detail.code.empty()) json.member("code", detail.code);
    if (!detail.detail.empty()) json.member("detail", detail.detail);
    json.member("asked", detail.asked);
    json.member("then", detail.then);
  });
  return json.take();
}

}  // namespace belfry
