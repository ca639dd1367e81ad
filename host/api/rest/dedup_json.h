// Deduplication in the API: what a send and a template say of it, keys as operators see them, and its statistics.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/object_reader.h"
#include "kit/result.h"
#include "model/dedup.h"
#include "ports/dedup_store.h"
#include "services/intake/send_command.h"

namespace belfry {

/// `dedup` of a send: true, false or {key, ttl, strategy, context}; nullopt when it is absent.
std::optional<DedupWish> readDedupWish(ObjectReader& reader);

/// `dedup` of a template: {enabled, ttl, strategy, context}.
DedupPolicy readDedupPolicy(ObjectReader& reader);
/// Nothing for a policy that says nothing.
void writeDedupPolicy(JsonWriter& json, const DedupPolicy& policy);

/// 1 to 255 bytes without control characters.
bool isDedupKey(std::string_view text);
inline constexpr std::string_view kDedupKeyForm = "text without control characters";
/// 64 hex digits.
std::optional<Digest256> parseDedupKeyId(std::string_view text);
inline constexpr std::string_view kDedupKeyIdForm = "64 hex digits, as the events of doubles name it";

struct DedupExtension {
  DedupKeyName name;
  Duration by{};
};
/// `{key or id, channel, by}`.
Result<DedupExtension, Problem> parseDedupExtension(std::string_view body);

std::string dedupKeysJson(const std::vector<DedupKeyView>& keys);
std::string dedupReleasedJson(int released);
/// `counts` are those of the days from `first` to `last`.
std::string dedupStatisticsJson(const std::vector<DedupCount>& counts, TimePoint first, TimePoint last);

}  // namespace belfry
