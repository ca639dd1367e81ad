#include "api/rest/dedup_json.h"

#include <algorithm>
#include <map>

#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"
#include "services/intake/addresses.h"

namespace belfry {
namespace {

constexpr std::size_t kMostTemplates = 10;

std::optional<Duration> readTtl(ObjectReader& reader, std::string_view name) {
  const auto ttl = reader.duration(name);
  if (!ttl || (*ttl >= kLeastDedupTtl && *ttl <= kMostDedupTtl)) return ttl;
  reader.refuse(name, FieldErrorCode::out_of_range, "is out of range", std::string(kDedupTtlForm));
  return std::nullopt;
}

std::optional<DedupStrategy> readStrategy(ObjectReader& reader) {
  return reader.word<DedupStrategy>("strategy", parseDedupStrategy, allowedDedupStrategy());
}

std::vector<std::string> readContext(ObjectReader& reader) {
  return reader.texts("context", kMostDedupContext, {.most = 127, .valid = isVariable, .form = kVariableForm});
}

std::string readKey(ObjectReader& reader) {
  return reader.text("key", {.most = kMostDedupKeyBytes, .valid = isDedupKey, .form = kDedupKeyForm});
}

std::string isoSeconds(Duration duration) {
  return "PT" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + "S";
}

std::string dayText(TimePoint at) {
  constexpr std::size_t kDateLength = 10;
  return formatRfc3339(at).substr(0, kDateLength);
}

struct Sum {
  std::int64_t keys = 0;
  std::int64_t hits = 0;
  std::int64_t live = 0;
  std::int64_t soon = 0;

  void add(const DedupCount& count) {
    keys += count.keys;
    hits += count.hits;
    live += count.live;
    soon += count.expiring_soon;
  }
};

/// Every key was one send, and every double another.
void writeSum(JsonWriter& json, const Sum& sum) {
  const auto sends = sum.keys + sum.hits;
  json.member("sends", sends);
  json.member("doubles", sum.hits);
  json.member("rate", sends == 0 ? 0.0 : static_cast<double>(sum.hits) / static_cast<double>(sends));
}

template <class Key, class KeyOf>
std::vector<std::pair<Key, Sum>> sumsBy(const std::vector<DedupCount>& counts, KeyOf key_of) {
  std::map<Key, Sum> sums;
  for (const auto& count : counts) sums[key_of(count)].add(count);
  return {sums.begin(), sums.end()};
}

template <class Sums, class WriteKey>
void writeSums(JsonWriter& json, std::string_view name, const Sums& sums, WriteKey write_key) {
  json.memberArray(name, [&] {
    for (const auto& [key, sum] : sums) {
      json.object([&, &of = key, &counted = sum] {
        write_key(of);
        writeSum(json, counted);
      });
    }
  });
}

}  // namespace

bool isDedupKey(std::string_view text) { return !hasControlCharacter(text); }

std::optional<Digest256> parseDedupKeyId(std::string_view text) {
  const auto bytes = fromHex(text);
  Digest256 id;
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

std::optional<DedupWish> readDedupWish(ObjectReader& reader) {
  const auto* given = reader.find("dedup");
  if (given == nullptr) return std::nullopt;
  DedupWish wish;
  if (given->IsBool()) {
    wish.off = !given->GetBool();
    return wish;
  }
  if (!given->IsObject()) {
    reader.refuse("dedup", FieldErrorCode::wrong_type, "is neither true, false nor an object",
                  "true, false, or an object of key, ttl, strategy and context");
    return std::nullopt;
  }
  auto fields = reader.object("dedup");
  wish.key = readKey(*fields);
  wish.ttl = readTtl(*fields, "ttl");
  wish.strategy = readStrategy(*fields);
  wish.context = readContext(*fields);
  if (fields->has("key") && fields->has("context")) {
    fields->refuse("context", FieldErrorCode::conflict, "contradicts key",
                   "key, or context for a key that is generated, not both");
  }
  fields->finish();
  return wish;
}

DedupPolicy readDedupPolicy(ObjectReader& reader) {
  DedupPolicy policy;
  auto fields = reader.object("dedup");
  if (!fields) return policy;
  policy.enabled = fields->flag("enabled").value_or(true);
  policy.ttl = readTtl(*fields, "ttl");
  policy.strategy = readStrategy(*fields);
  policy.context = readContext(*fields);
  fields->finish();
  return policy;
}

void writeDedupPolicy(JsonWriter& json, const DedupPolicy& policy) {
  if (policy == DedupPolicy()) return;
  json.memberObject("dedup", [&] {
    json.member("enabled", policy.enabled.value_or(true));
    if (policy.ttl) json.member("ttl", isoSeconds(*policy.ttl));
    if (policy.strategy) json.member("strategy", toText(*policy.strategy));
    if (policy.context.empty()) return;
    json.memberArray("context", [&] {
      for (const auto& name : policy.context) json.value(name);
    });
  });
}

Result<DedupExtension, Problem> parseDedupExtension(std::string_view body) {
  return parseWith<DedupExtension>(body, [](ObjectReader& reader) {
    DedupExtension extension;
    extension.name.key = readKey(reader);
    const auto id = reader.text("id", {.most = 64});
    if (!id.empty()) {
      extension.name.id = parseDedupKeyId(id);
      if (!extension.name.id)
        reader.refuse("id", FieldErrorCode::malformed, "is not the id of a key", std::string(kDedupKeyIdForm));
    }
    if (reader.has("key") == reader.has("id")) {
      reader.refuse("key", reader.has("id") ? FieldErrorCode::conflict : FieldErrorCode::required,
                    reader.has("id") ? "contradicts id" : "is missing", "key or id, one of them");
    }
    extension.name.channel = reader.word<Channel>("channel", parseChannel, allowedChannel());
    reader.require("by", kDedupTtlForm);
    extension.by = readTtl(reader, "by").value_or(Duration());
    return extension;
  });
}

std::string dedupKeysJson(const std::vector<DedupKeyView>& keys) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] {
      for (const auto& key : keys) {
        json.object([&] {
          json.member("id", toHex(asView(key.id)));
          json.member("channel", toText(key.channel));
          json.member("source", key.generated ? "generated" : "given");
          json.member("notificationId", key.holder.toString());
          if (key.template_key.empty()) json.member("template", nullptr);
          else json.member("template", key.template_key);
          json.member("doubles", key.hits);
          json.member("createdAt", formatRfc3339(key.created_at));
          json.member("expiresAt", formatRfc3339(key.expires_at));
        });
      }
    });
  });
  return json.take();
}

std::string dedupReleasedJson(int released) {
  JsonWriter json;
  json.object([&] { json.member("released", released); });
  return json.take();
}

std::string dedupStatisticsJson(const std::vector<DedupCount>& counts, TimePoint first, TimePoint last) {
  Sum total;
  for (const auto& count : counts) total.add(count);
  auto templates = sumsBy<std::string>(counts, [](const auto& count) { return count.template_key; });
  std::stable_sort(templates.begin(), templates.end(),
                   [](const auto& a, const auto& b) { return a.second.hits > b.second.hits; });
  templates.resize(std::min(templates.size(), kMostTemplates));
  JsonWriter json;
  json.object([&] {
    json.member("from", dayText(first));
    json.member("to", dayText(last));
    writeSum(json, total);
    json.member("liveKeys", total.live);
    json.member("expiringSoon", total.soon);
    writeSums(json, "channels", sumsBy<Channel>(counts, [](const auto& count) { return count.channel; }),
              [&](Channel channel) { json.member("channel", toText(channel)); });
    writeSums(json, "templates", templates, [&](const std::string& key) {
      if (key.empty()) json.member("template", nullptr);
      else json.member("template", key);
    });
    writeSums(json, "days", sumsBy<TimePoint>(counts, [](const auto& count) { return count.day; }),
              [&](TimePoint day) { json.member("day", dayText(day)); });
  });
  return json.take();
}

}  // namespace belfry
