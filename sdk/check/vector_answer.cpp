// The answers of a vector: what a plugin's resume is given.
#include "check/fake_host.h"
#include "check/vector_input.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr std::string_view kFates[] = {"done", "not_sent", "maybe_sent"};

/// Retry-After in seconds, as the host reads it; dates are given as retry_after_ms.
std::uint32_t retryAfter(const bf_http_reply& reply) {
  constexpr std::uint32_t kDay = 24 * 3600;
  for (std::size_t i = 0; i < reply.n_headers; ++i) {
    const std::string_view name(reply.headers[i].key.p, reply.headers[i].key.n);
    const std::string_view value(reply.headers[i].value.p, reply.headers[i].value.n);
    if (name != "retry-after") continue;
    std::uint32_t seconds = 0;
    for (const char c : value) {
      if (c < '0' || c > '9') return 0;
      seconds = seconds > kDay ? kDay : seconds * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return (seconds > kDay ? kDay : seconds) * 1000;
  }
  return 0;
}

}  // namespace

bf_smtp_answer VectorInput::answer(const Value& json) {
  allowOnly(json, "answer", {"code", "enhanced", "text"});
  return {static_cast<std::int32_t>(numberMember(json, "code")), 0, member(json, "enhanced"), member(json, "text")};
}

void VectorInput::smtp(const Value& json, bf_input& out) {
  static constexpr std::string_view kStages[] = {"none", "session", "mail", "rcpt", "data"};
  allowOnly(json, "smtp", {"last", "rcpts", "stage"});
  smtp_.size = sizeof smtp_;
  if (const Value* stage = findMember(json, "stage")) {
    smtp_.stage = -1;
    for (int i = 0; i < 5; ++i)
      if (stage->IsString() && kStages[i] == textOf(*stage)) smtp_.stage = i;
    if (smtp_.stage < 0) refuseMember("stage", "none, session, mail, rcpt or data is needed");
  }
  if (const Value* last = findMember(json, "last")) smtp_.last = answer(*last);
  if (const Value* rcpts = findMember(json, "rcpts")) {
    if (!rcpts->IsArray()) refuseMember("rcpts", "an array is needed");
    for (const auto& item : rcpts->GetArray()) rcpts_.push_back(answer(item));
  }
  smtp_.rcpts = rcpts_.data();
  smtp_.n_rcpts = rcpts_.size();
  out.kind = BF_IN_SMTP;
  out.smtp = &smtp_;
}

void VectorInput::http(const Value& json, bf_input& out) {
  allowOnly(json, "http", {"status", "headers", "body", "json", "base64", "repeat", "truncated", "retry_after_ms"});
  out.kind = BF_IN_HTTP;
  if (!findMember(json, "status")) return;  // no whole answer came
  http_.size = sizeof http_;
  http_.status = static_cast<std::int32_t>(numberMember(json, "status"));
  http_.headers = pairs(json, "headers", http_.n_headers);
  http_.body = body(json);
  http_.truncated = flagMember(json, "truncated") ? 1 : 0;
  http_.retry_after_ms = static_cast<std::uint32_t>(numberMember(json, "retry_after_ms", retryAfter(http_)));
  out.http = &http_;
}

void VectorInput::credential(const Value& json, bf_input& out) {
  allowOnly(json, "credential",
            {"found", "hash_of", "hash", "tenant", "subject", "roles", "scopes", "expires_at_ms", "revoked_at_ms"});
  credential_.size = sizeof credential_;
  credential_.found = flagMember(json, "found") ? 1 : 0;
  credential_.hash = member(json, "hash");
  if (const Value* secret = findMember(json, "hash_of")) {
    if (!secret->IsString()) refuseMember("hash_of", "a string is needed");
    credential_.hash = text(fakeKeyedHash(textOf(*secret)));
  }
  credential_.tenant = member(json, "tenant");
  credential_.subject = member(json, "subject");
  credential_.roles = member(json, "roles");
  credential_.scopes = member(json, "scopes");
  credential_.expires_at_ms = numberMember(json, "expires_at_ms");
  credential_.revoked_at_ms = numberMember(json, "revoked_at_ms");
  out.kind = BF_IN_CREDENTIAL;
  out.credential = &credential_;
}

bool VectorInput::kept(const Value& json, bf_input& out) {
  if (findMember(json, "timer")) {
    out.kind = BF_IN_TIMER;
  } else if (findMember(json, "token")) {
    out.kind = BF_IN_TOKEN;
  } else if (const Value* value = findMember(json, "value")) {
    out.kind = BF_IN_VALUE;
    out.found = value->IsNull() ? 0 : 1;
    if (!value->IsNull()) out.value = jsonMember(json, "value");
  } else if (const Value* verdict = findMember(json, "verdict")) {
    allowOnly(*verdict, "verdict", {"found", "good"});
    out.kind = BF_IN_VERDICT;
    out.found = flagMember(*verdict, "found") ? 1 : 0;
    out.good = flagMember(*verdict, "good") ? 1 : 0;
  } else {
    return false;
  }
  return true;
}

const bf_input* VectorInput::input(const Value& json) {
  allowOnly(json, "input",
            {"smtp", "http", "token", "timer", "value", "verdict", "credential", "tag", "fate", "error", "detail"});
  input_.size = sizeof input_;
  input_.tag = static_cast<std::uint32_t>(numberMember(json, "tag"));
  input_.error = member(json, "error");
  input_.detail = member(json, "detail");
  if (const Value* fate = findMember(json, "fate")) {
    input_.fate = -1;
    for (int i = 0; i < 3; ++i)
      if (fate->IsString() && kFates[i] == textOf(*fate)) input_.fate = i;
    if (input_.fate < 0) refuseMember("fate", "done, not_sent or maybe_sent is needed");
  }
  if (const Value* reply = findMember(json, "smtp")) smtp(*reply, input_);
  else if (const Value* exchange = findMember(json, "http")) http(*exchange, input_);
  else if (const Value* stored = findMember(json, "credential")) credential(*stored, input_);
  else if (!kept(json, input_))
    refuseMember("input", "http, smtp, token, timer, value, verdict or credential is needed");
  return &input_;
}

}  // namespace belfry::check
