#include "adapters/plugins/instance_context.h"
#include "kit/json.h"

namespace belfry::plugins {

bf_status secretValue(const Secrets& secrets, std::string_view reference, std::string& value) {
  auto mark = reference.find('#');
  auto found = secrets.find(std::string(reference.substr(0, mark)));
  if (found == secrets.end() || found->second.empty()) return BF_E_DENIED;
  if (mark == std::string_view::npos) {
    value = found->second;
    return BF_OK;
  }
  auto document = parseJson(found->second);
  if (!document) return BF_E_INVALID;
  auto path = reference.substr(mark + 1);
  const auto* member = jsonAt(*document, path);
  if (member == nullptr || !member->IsString()) return BF_E_INVALID;
  value = asView(*member);
  return BF_OK;
}

}  // namespace belfry::plugins
