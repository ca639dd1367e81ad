#include "answer.h"

#include "errors.h"

namespace sns {
namespace {

using belfry::Reply;
using belfry::SendResult;
using belfry::Xml;
using belfry::XmlDom;
using belfry::aws::Fault;

/// FIELD of "Invalid parameter: FIELD Reason: …".
std::string_view fieldOf(std::string_view message) {
  constexpr std::string_view kMark = "Invalid parameter: ";
  const auto at = message.find(kMark);
  if (at == std::string_view::npos) return {};
  message.remove_prefix(at + kMark.size());
  return message.substr(0, message.find_first_of(" :"));
}

std::optional<std::int32_t> outcomeOf(const Fault& fault, Target target) {
  if (fault.code == "NotFound" && target == Target::device) return BF_REJECTED_RECIPIENT;
  if (fault.code == "InvalidParameter" || fault.code == "ParameterValueInvalid")
    for (const auto& rule : kFieldErrors)
      if (rule.field == fieldOf(fault.message)) return rule.outcome;
  return std::nullopt;
}

Fault faultOf(Xml error) { return {std::string(error["Code"].text()), std::string(error["Message"].text())}; }

SendResult published(const Reply& reply, std::string_view message_id) {
  if (message_id.empty()) return unreadable(reply);
  SendResult out = reply.refusal(BF_ACCEPTED);
  out.provider_id = message_id;
  return out;
}

}  // namespace

Fault faultOf(const Reply& reply) {
  XmlDom xml;
  if (!xml.parse(reply.body())) return {};
  const Xml error = xml.root()["Error"];
  return faultOf(error.exists() ? error : xml.root()["Errors"]["Error"]);
}

SendResult refusal(const Reply& reply, const Fault& fault, Target target) {
  if (const auto outcome = outcomeOf(fault, target)) return reply.refusal(*outcome, fault.code, fault.message);
  return belfry::aws::refusal(reply, kErrors, fault);
}

SendResult unreadable(const Reply& reply) {
  return reply.refusal(BF_UNKNOWN, "unreadable", "the answer is not one of SNS");
}

SendResult publishResult(const Reply& reply, Target target) {
  if (const auto failed = reply.transportFailure()) return *failed;
  if (!reply.ok()) return refusal(reply, faultOf(reply), target);
  XmlDom xml;
  xml.parse(reply.body());
  return published(reply, xml.root()["PublishResult"]["MessageId"].text());
}

SendResult entryResult(const Reply& reply, Xml root, std::string_view id) {
  const Xml result = root["PublishBatchResult"];
  for (const Xml entry : result["Successful"].children())
    if (entry["Id"].text() == id) return published(reply, entry["MessageId"].text());
  for (const Xml entry : result["Failed"].children()) {
    if (entry["Id"].text() != id) continue;
    const Fault fault = faultOf(entry);
    const bool ours = entry["SenderFault"].text() == "true";
    SendResult out = refusal(reply, fault, Target::none);
    // Under HTTP 200 the status says nothing about a code that no table has.
    const bool known =
        belfry::outcomeOf(kErrors, fault.code) || belfry::outcomeOf(belfry::aws::kCommonErrors, fault.code);
    if (!known) out.outcome = ours ? BF_REJECTED_REQUEST : BF_UNKNOWN;
    return out;
  }
  return unreadable(reply);
}

std::string endpointArn(const Reply& reply) {
  XmlDom xml;
  if (reply.ok() && xml.parse(reply.body()))
    return std::string(xml.root()["CreatePlatformEndpointResult"]["EndpointArn"].text());
  const Fault fault = faultOf(reply);
  // "Invalid parameter: Token Reason: Endpoint arn:… already exists with the same Token, but different attributes."
  constexpr std::string_view kBefore = "Reason: Endpoint ";
  const auto at = fault.message.find(kBefore);
  const auto end = fault.message.find(" already exists with the same Token");
  if (fault.code != "InvalidParameter" || at == std::string::npos || end == std::string::npos) return {};
  const auto from = at + kBefore.size();
  return end > from ? fault.message.substr(from, end - from) : std::string();
}

}  // namespace sns
