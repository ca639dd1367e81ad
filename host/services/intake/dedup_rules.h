// Which sends claim a deduplication key, which key, and for how long. A send decides for itself; where it says nothing
// its template does, and then its tenant; each value that a level leaves open comes from the next one.
//
// A generated key is SHA-256 over tenant, recipient, template (or content) and context: the members of data that name
// what the message is about (bookingId, ticketId, eventId, orderId, and those that the levels name). Data that has none
// of them counts whole, so that two different messages from one template are never taken for doubles.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/intake_store.h"
#include "services/intake/send_command.h"
#include "services/intake/send_rules.h"

namespace belfry {

/// The defaults that the host's settings give: for every channel.
using DedupTtls = std::map<Channel, Duration>;

struct DedupRule {
  DedupLevel level = DedupLevel::send;
  DedupStrategy strategy = DedupStrategy::drop;
  std::map<Channel, Duration> ttls;  ///< for every channel
  std::vector<std::string> context;
};

/// nullopt: the send is not deduplicated. `of_template` is null without a template.
std::optional<DedupRule> dedupRule(const std::optional<DedupWish>& wish, const DedupPolicy* of_template,
                                   const DedupPolicy& of_tenant, const DedupTtls& defaults);

/// The context names that a send gives are members of its data.
void checkDedup(const SendCommand& command, FieldErrors& errors);

/// 64 hex digits. `names`: what the levels name beside the usual ones.
std::string generatedDedupKey(TenantId tenant, const NotificationRequest& request, Channel channel,
                              const std::vector<std::string>& names);

/// A claim for each channel.
std::vector<DedupClaim> dedupClaims(TenantId tenant, const NotificationRequest& request,
                                    const std::vector<Channel>& channels, const DedupRule& rule,
                                    const std::string& given_key, TimePoint now);

/// The members of data that are there and not null, as `name=value` a line with members of objects in order; all of the
/// data when none is. `data_json` is valid JSON.
std::string dedupContext(std::string_view data_json, const std::vector<std::string>& names);

}  // namespace belfry
