#include "api/rest/sms_operations.h"

#include "api/rest/problem_json.h"
#include "api/rest/sms_json.h"

namespace belfry {
namespace {

Answer preview(const PhoneNumbers& numbers, const std::string& default_region, const Call& call) {
  const auto wish = parseSmsPreview(call.request.body);
  if (!wish) return failure(wish.error());
  std::optional<PhoneNumber> to;
  if (wish->to) {
    auto number = numbers.parse(*wish->to, default_region);
    if (!number) {
      const auto& why = number.error();
      return failure(
          invalidFields({{"/to", FieldErrorCode::not_a_number, why.reason, shorten(*wish->to), why.allowed}}));
    }
    to = std::move(*number);
  }
  return jsonResponse(200, smsPreviewJson(splitSms(wish->text), to));
}

}  // namespace

void addSmsOperations(Router& router, const PhoneNumbers& numbers, const std::string& default_region) {
  router.add(takes("/api/v1/services/sms/preview", Scope::notifications_send, 256 * 1024,
                   [&numbers, default_region](const Call& call) { return preview(numbers, default_region, call); }));
}

}  // namespace belfry
