#include "services/intake/dedup_rules.h"

#include <algorithm>

#include "services/intake/required_variables.h"

namespace belfry {
namespace {

constexpr std::string_view kUsualContext[] = {"bookingId", "eventId", "orderId", "ticketId"};

/// The levels from the nearest on; what the send says comes as one of them.
struct Levels {
  std::vector<std::pair<DedupLevel, const DedupPolicy*>> policies;

  std::optional<DedupLevel> decides() const {
    for (const auto& [level, policy] : policies)
      if (policy->enabled) return *policy->enabled ? std::optional(level) : std::nullopt;
    return std::nullopt;
  }

  DedupStrategy strategy() const {
    for (const auto& [level, policy] : policies)
      if (policy->strategy) return *policy->strategy;
    return DedupStrategy::drop;
  }

  Duration ttl(Channel channel, const DedupTtls& defaults) const {
    for (const auto& [level, policy] : policies) {
      if (auto named = policy->ttls.find(channel); named != policy->ttls.end()) return named->second;
      if (policy->ttl) return *policy->ttl;
    }
    return defaults.at(channel);
  }

  std::vector<std::string> context() const {
    std::vector<std::string> names;
    for (const auto& [level, policy] : policies)
      names.insert(names.end(), policy->context.begin(), policy->context.end());
    return names;
  }
};

DedupPolicy asPolicy(const DedupWish& wish) { return {!wish.off, wish.strategy, wish.ttl, {}, wish.context}; }

/// Each part with its length before it, so that no two lists of parts read alike.
void append(std::string& text, std::string_view part) {
  text += std::to_string(part.size());
  text += ':';
  text += part;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

/// A user's devices come and go; the user stays the same.
void appendRecipient(std::string& text, const Recipient& recipient, Channel channel) {
  append(text, recipient.user_id);
  if (channel != Channel::push) return append(text, lower(addressFor(recipient, channel)));
  if (!recipient.user_id.empty()) return;
  std::vector<std::string> tokens;
  for (const auto& device : recipient.device_tokens) tokens.push_back(device.token);
  std::sort(tokens.begin(), tokens.end());
  for (const auto& token : tokens) append(text, token);
}

void appendSaying(std::string& text, const NotificationRequest& request, Channel channel) {
  if (request.template_ref) {
    append(text, "template");
    return append(text, request.template_ref->key);
  }
  append(text, "content");
  auto content = request.content.find(channel);
  if (content == request.content.end()) return;
  auto fields = content->second;
  std::sort(fields.begin(), fields.end());
  for (const auto& [name, value] : fields) {
    append(text, name);
    append(text, value);
  }
}

}  // namespace

std::optional<DedupRule> dedupRule(const std::optional<DedupWish>& wish, const DedupPolicy* of_template,
                                   const DedupPolicy& of_tenant, const DedupTtls& defaults) {
  // Most sends: nobody says anything.
  if (!wish && (of_template == nullptr || !of_template->enabled) && !of_tenant.enabled) return std::nullopt;
  const auto own = wish ? asPolicy(*wish) : DedupPolicy();
  Levels levels;
  levels.policies.emplace_back(DedupLevel::send, &own);
  if (of_template != nullptr) levels.policies.emplace_back(DedupLevel::template_, of_template);
  levels.policies.emplace_back(DedupLevel::tenant, &of_tenant);
  const auto level = levels.decides();
  if (!level) return std::nullopt;
  DedupRule rule{*level, levels.strategy(), {}, levels.context()};
  for (const auto channel : allChannels()) rule.ttls[channel] = levels.ttl(channel, defaults);
  return rule;
}

void checkDedup(const SendCommand& command, FieldErrors& errors) {
  if (!command.dedup) return;
  const auto& names = command.dedup->context;
  const auto missing = missingVariables(command.request.data_json, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(missing.begin(), missing.end(), names[i]) == missing.end()) continue;
    errors.push_back({"/dedup/context/" + std::to_string(i), FieldErrorCode::not_found, "is no member of data",
                      shorten(names[i]), "the name of a member of data that is not null, dots for members"});
  }
}

std::string generatedDedupKey(TenantId tenant, const NotificationRequest& request, Channel channel,
                              const std::vector<std::string>& names) {
  auto context = names;
  context.insert(context.end(), std::begin(kUsualContext), std::end(kUsualContext));
  std::sort(context.begin(), context.end());
  context.erase(std::unique(context.begin(), context.end()), context.end());
  std::string text;
  append(text, tenant.toString());
  append(text, toText(channel));
  appendRecipient(text, request.recipient, channel);
  appendSaying(text, request, channel);
  append(text, dedupContext(request.data_json, context));
  return toHex(asView(sha256(text)));
}

std::vector<DedupClaim> dedupClaims(TenantId tenant, const NotificationRequest& request,
                                    const std::vector<Channel>& channels, const DedupRule& rule,
                                    const std::string& given_key, TimePoint now) {
  std::vector<DedupClaim> claims;
  for (const auto channel : channels) {
    const bool generated = given_key.empty();
    claims.push_back({channel, generated ? generatedDedupKey(tenant, request, channel, rule.context) : given_key,
                      generated, rule.level, rule.strategy, now + rule.ttls.at(channel)});
  }
  return claims;
}

}  // namespace belfry
