#include "api/rest/callback_json.h"

#include <algorithm>

#include "api/rest/parse_with.h"
#include "kit/crypto.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

void memberOrNull(JsonWriter& json, std::string_view name, const std::string& value) {
  if (value.empty()) json.member(name, nullptr);
  else json.member(name, value);
}

void writeMembers(JsonWriter& json, const CallbackView& view) {
  json.member("id", view.id.toString());
  json.member("provider", view.provider);
  json.member("plugin", view.plugin);
  json.member("method", view.method);
  json.member("state", toText(view.state));
  memberOrNull(json, "reason", view.reason);
  memberOrNull(json, "detail", view.detail);
  json.memberObject("receipts", [&] {
    json.member("total", view.receipts);
    json.member("kept", view.kept);
    json.member("refused", view.refused);
    json.member("parked", view.parked);
  });
  json.member("attempts", view.attempts);
  json.member("receivedAt", formatRfc3339(view.received_at));
  if (view.processed_at) json.member("processedAt", formatRfc3339(*view.processed_at));
  else json.member("processedAt", nullptr);
}

/// Signatures may be seen: they prove one request and open nothing.
bool holdsCredential(std::string_view header) {
  static constexpr std::string_view kNames[] = {"authorization", "proxy-authorization", "cookie", "set-cookie"};
  if (std::find(std::begin(kNames), std::end(kNames), header) != std::end(kNames)) return true;
  if (header.find("signature") != std::string_view::npos) return false;
  static constexpr std::string_view kParts[] = {"api-key", "apikey", "token", "secret", "password"};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [&](auto part) { return header.find(part) != std::string_view::npos; });
}

std::string readable(const std::string& bytes) { return isValidUtf8(bytes) ? bytes : toBase64(bytes); }

void writeRequest(JsonWriter& json, const RawCallback& raw) {
  json.memberObject("request", [&] {
    json.member("url", raw.url);
    json.memberArray("headers", [&] {
      for (const auto& header : raw.headers) {
        json.object([&] {
          json.member("name", header.first);
          json.member("value", holdsCredential(header.first) ? "***" : readable(header.second));
        });
      }
    });
    json.member("bodyEncoding", isValidUtf8(raw.body) ? "utf-8" : "base64");
    json.member("body", readable(raw.body));
  });
}

}  // namespace

void writeCallback(JsonWriter& json, const CallbackView& view) {
  json.object([&] { writeMembers(json, view); });
}

std::string callbackJson(const CallbackView& view) {
  JsonWriter json;
  json.object([&] {
    writeMembers(json, view);
    if (view.raw) writeRequest(json, *view.raw);
  });
  return json.take();
}

Result<ReplayWish, Problem> parseReplayWish(std::string_view body) {
  static constexpr int kDefault = 100;
  static constexpr int kMost = 10000;
  return parseWith<ReplayWish>(body, [](ObjectReader& reader) {
    ReplayWish wish;
    wish.filter.state = reader.word<CallbackState>("state", parseCallbackState, allowedCallbackState());
    wish.filter.provider = reader.text("provider", {});
    wish.filter.from = reader.time("from");
    wish.filter.to = reader.time("to");
    wish.limit = static_cast<int>(reader.integer("limit", 1, kMost).value_or(kDefault));
    wish.dry_run = reader.flag("dryRun").value_or(false);
    return wish;
  });
}

std::string replayedJson(int matched, bool dry_run) {
  JsonWriter json;
  json.object([&] {
    json.member("matched", matched);
    json.member("dryRun", dry_run);
  });
  return json.take();
}

std::string probeJson(const ProbeAnswer& answer) {
  JsonWriter json;
  json.object([&] {
    json.member("outcome", toText(answer.outcome.outcome));
    memberOrNull(json, "code", answer.outcome.code);
    memberOrNull(json, "detail", answer.outcome.detail);
    json.member("durationMs", answer.duration.count());
  });
  return json.take();
}

std::string lookUpJson(const LookUpAnswer& answer) {
  JsonWriter json;
  json.object([&] {
    json.member("known", answer.known);
    memberOrNull(json, "code", answer.code);
    memberOrNull(json, "detail", answer.detail);
    json.member("status", toText(answer.state));
    json.memberArray("receipts", [&] {
      for (const auto& applied : answer.receipts) {
        const auto& receipt = applied.receipt;
        const auto& outcome = applied.outcome;
        json.object([&] {
          json.member("type", toText(receipt.type));
          json.member("attempt", receipt.attempt);
          json.member("result", toText(outcome.result));
          memberOrNull(json, "reason", outcome.reason);
        });
      }
    });
  });
  return json.take();
}

}  // namespace belfry
