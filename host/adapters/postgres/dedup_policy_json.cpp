#include "adapters/postgres/dedup_policy_json.h"

#include "kit/json.h"
#include "ports/store_error.h"

namespace belfry::pg {
namespace {

std::int64_t inMs(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

[[noreturn]] void refuse() { throw StoreRejected("a stored deduplication policy is not what the host writes"); }

Duration readMs(const JsonValue& json) {
  if (!json.IsInt64()) refuse();
  return std::chrono::milliseconds(json.GetInt64());
}

void readMember(DedupPolicy& policy, std::string_view name, const JsonValue& value) {
  if (name == "enabled" && value.IsBool()) {
    policy.enabled = value.GetBool();
  } else if (name == "strategy" && value.IsString() && parseDedupStrategy(asView(value))) {
    policy.strategy = parseDedupStrategy(asView(value));
  } else if (name == "ttl_ms") {
    policy.ttl = readMs(value);
  } else if (name == "ttls_ms" && value.IsObject()) {
    for (const auto& ttl : value.GetObject())
      if (auto channel = parseChannel(asView(ttl.name))) policy.ttls[*channel] = readMs(ttl.value);
  } else if (name == "context" && value.IsArray()) {
    for (const auto& item : value.GetArray()) policy.context.emplace_back(item.IsString() ? asView(item) : "");
  } else {
    refuse();
  }
}

void mergeInto(JsonValue& target, const JsonValue& patch, JsonDocument::AllocatorType& memory) {
  if (!patch.IsObject()) {
    target.CopyFrom(patch, memory);
    return;
  }
  if (!target.IsObject()) target.SetObject();
  for (const auto& member : patch.GetObject()) {
    auto old = target.FindMember(member.name);
    if (member.value.IsNull()) {
      if (old != target.MemberEnd()) target.EraseMember(old);
      continue;
    }
    if (old == target.MemberEnd()) {
      target.AddMember(JsonValue(member.name, memory), JsonValue(), memory);
      old = target.FindMember(member.name);
    }
    mergeInto(old->value, member.value, memory);
  }
}

}  // namespace

std::optional<std::string> toJson(const DedupPolicy& policy) {
  if (policy == DedupPolicy()) return std::nullopt;
  JsonWriter json;
  json.object([&] {
    if (policy.enabled) json.member("enabled", *policy.enabled);
    if (policy.strategy) json.member("strategy", toText(*policy.strategy));
    if (policy.ttl) json.member("ttl_ms", inMs(*policy.ttl));
    json.memberObject("ttls_ms", [&] {
      for (const auto& [channel, ttl] : policy.ttls) json.member(toText(channel), inMs(ttl));
    });
    json.memberArray("context", [&] {
      for (const auto& name : policy.context) json.value(name);
    });
  });
  return json.take();
}

DedupPolicy parseDedupPolicy(std::string_view json) {
  auto document = parseJson(json);
  if (!document || !document->IsObject()) refuse();
  DedupPolicy policy;
  for (const auto& member : document->GetObject()) readMember(policy, asView(member.name), member.value);
  return policy;
}

std::string mergedJson(std::string_view target_json, std::string_view patch_json) {
  auto target = parseJson(target_json);
  auto patch = parseJson(patch_json);
  if (!target || !patch) throw StoreRejected("data that is to be merged is no JSON");
  mergeInto(*target, *patch, target->GetAllocator());
  return toJsonText(*target);
}

std::string toJson(const DedupDetail& detail) {
  JsonWriter json;
  json.object([&] {
    json.member("rule", "dedup");
    json.member("level", toText(detail.level));
    json.member("value", toText(detail.strategy));
    json.member("outcome", detail.outcome);
    if (!detail.reason.empty()) json.member("reason", detail.reason);
    json.memberObject("key", [&] {
      json.member("source", detail.generated ? "generated" : "given");
      json.member("id", detail.key_id);
      if (detail.expires_at) json.member("expiresAt", formatRfc3339(*detail.expires_at));
    });
    json.memberObject(detail.other_name, [&] {
      json.member("notification", detail.other_notification.toString());
      if (detail.other_delivery) json.member("delivery", detail.other_delivery->toString());
    });
  });
  return json.take();
}

}  // namespace belfry::pg
