#include "check/vector_input.h"

#include <stdexcept>
#include <string_view>

#include "check/fake_host.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

[[noreturn]] void refuse(const std::string& key, const char* what) {
  throw std::invalid_argument("member " + key + ": " + what);
}

const Value* find(const Value& json, const char* key) {
  const auto member = json.FindMember(key);
  return member == json.MemberEnd() ? nullptr : &member->value;
}

std::int64_t number(const Value& json, const char* key, std::int64_t absent = 0) {
  const Value* value = find(json, key);
  if (!value) return absent;
  if (!value->IsInt64()) refuse(key, "a whole number is needed");
  return value->GetInt64();
}

/// A misspelt member would quietly test nothing.
void allowOnly(const Value& json, const char* what, std::initializer_list<std::string_view> keys) {
  if (!json.IsObject()) refuse(what, "an object is needed");
  for (const auto& member : json.GetObject()) {
    bool known = false;
    for (const auto key : keys)
      known = known || key == std::string_view(member.name.GetString(), member.name.GetStringLength());
    if (!known) refuse(std::string(what) + "." + member.name.GetString(), "is not known");
  }
}

}  // namespace

bf_str VectorInput::text(std::string value) {
  const auto& kept = texts_.emplace_back(std::move(value));
  return {kept.data(), kept.size()};
}

bf_str VectorInput::member(const Value& json, const char* key) {
  const Value* value = find(json, key);
  if (!value) return {nullptr, 0};
  if (!value->IsString()) refuse(key, "a string is needed");
  return text({value->GetString(), value->GetStringLength()});
}

const bf_kv* VectorInput::pairs(const Value& json, const char* key, std::size_t& n) {
  auto& list = pairs_.emplace_back();
  if (const Value* object = find(json, key)) {
    if (!object->IsObject()) refuse(key, "an object of strings is needed");
    for (const auto& m : object->GetObject()) {
      if (!m.value.IsString()) refuse(key, "an object of strings is needed");
      list.push_back({text({m.name.GetString(), m.name.GetStringLength()}),
                      text({m.value.GetString(), m.value.GetStringLength()})});
    }
  }
  n = list.size();
  return list.data();
}

void VectorInput::attachments(const Value& json, bf_msg& msg) {
  auto& list = attachment_lists_.emplace_back();
  if (const Value* array = find(json, "attachments")) {
    if (!array->IsArray()) refuse("attachments", "an array is needed");
    for (const auto& item : array->GetArray()) {
      allowOnly(item, "attachments", {"filename", "content_type", "content_id", "blob", "length"});
      auto& a = attachments_.emplace_back();
      a.size = sizeof a;
      a.filename = member(item, "filename");
      a.content_type = member(item, "content_type");
      a.content_id = member(item, "content_id");
      a.blob = static_cast<std::uint64_t>(number(item, "blob"));
      a.length = static_cast<std::uint64_t>(number(item, "length"));
      list.push_back(&a);
    }
  }
  msg.attachments = list.data();
  msg.n_attachments = list.size();
}

const bf_msg* VectorInput::message(const Value& json) {
  allowOnly(json, "messages",
            {"attempt", "delivery_id", "channel", "to", "to_name", "content", "options", "headers", "attachments",
             "created_ms"});
  auto& msg = messages_.emplace_back();
  msg.size = sizeof msg;
  msg.attempt = static_cast<std::uint32_t>(number(json, "attempt", 1));
  msg.delivery_id = member(json, "delivery_id");
  msg.channel = member(json, "channel");
  msg.to = member(json, "to");
  msg.to_name = member(json, "to_name");
  msg.content = pairs(json, "content", msg.n_content);
  msg.options = pairs(json, "options", msg.n_options);
  msg.headers = pairs(json, "headers", msg.n_headers);
  msg.created_ms = number(json, "created_ms");
  attachments(json, msg);
  return &msg;
}

const bf_req* VectorInput::request(const Value& json) {
  allowOnly(json, "request", {"messages", "presented"});
  request_.size = sizeof request_;
  if (const Value* messages = find(json, "messages")) {
    if (!messages->IsArray()) refuse("messages", "an array is needed");
    for (const auto& item : messages->GetArray()) message_list_.push_back(message(item));
    request_.kind = BF_REQ_SEND;
    request_.messages = message_list_.data();
    request_.n_messages = message_list_.size();
  } else if (const Value* presented = find(json, "presented")) {
    allowOnly(*presented, "presented", {"scheme", "value"});
    presented_ = {sizeof presented_, 0, member(*presented, "scheme"), member(*presented, "value")};
    request_.kind = BF_REQ_AUTHENTICATE;
    request_.presented = &presented_;
  } else {
    refuse("request", "messages or presented is needed");
  }
  return &request_;
}

bf_smtp_answer VectorInput::answer(const Value& json) {
  allowOnly(json, "answer", {"code", "enhanced", "text"});
  return {static_cast<std::int32_t>(number(json, "code")), 0, member(json, "enhanced"), member(json, "text")};
}

void VectorInput::smtp(const Value& json, bf_input& out) {
  allowOnly(json, "smtp", {"last", "rcpts"});
  smtp_.size = sizeof smtp_;
  if (const Value* last = find(json, "last")) smtp_.last = answer(*last);
  if (const Value* rcpts = find(json, "rcpts")) {
    if (!rcpts->IsArray()) refuse("rcpts", "an array is needed");
    for (const auto& item : rcpts->GetArray()) rcpts_.push_back(answer(item));
  }
  smtp_.rcpts = rcpts_.data();
  smtp_.n_rcpts = rcpts_.size();
  out.kind = BF_IN_SMTP;
  out.smtp = &smtp_;
}

void VectorInput::credential(const Value& json, bf_input& out) {
  allowOnly(json, "credential",
            {"found", "hash_of", "hash", "tenant", "subject", "roles", "scopes", "expires_at_ms", "revoked_at_ms"});
  const Value* found = find(json, "found");
  credential_.size = sizeof credential_;
  credential_.found = found && found->IsBool() && found->GetBool() ? 1 : 0;
  credential_.hash = member(json, "hash");
  if (const Value* secret = find(json, "hash_of")) {
    if (!secret->IsString()) refuse("hash_of", "a string is needed");
    credential_.hash = text(fakeKeyedHash({secret->GetString(), secret->GetStringLength()}));
  }
  credential_.tenant = member(json, "tenant");
  credential_.subject = member(json, "subject");
  credential_.roles = member(json, "roles");
  credential_.scopes = member(json, "scopes");
  credential_.expires_at_ms = number(json, "expires_at_ms");
  credential_.revoked_at_ms = number(json, "revoked_at_ms");
  out.kind = BF_IN_CREDENTIAL;
  out.credential = &credential_;
}

const bf_input* VectorInput::input(const Value& json) {
  static constexpr std::string_view kFates[] = {"done", "not_sent", "maybe_sent"};
  allowOnly(json, "input", {"smtp", "credential", "tag", "fate", "error", "detail"});
  input_.size = sizeof input_;
  input_.tag = static_cast<std::uint32_t>(number(json, "tag"));
  input_.error = member(json, "error");
  input_.detail = member(json, "detail");
  if (const Value* fate = find(json, "fate")) {
    input_.fate = -1;
    for (int i = 0; i < 3; ++i)
      if (fate->IsString() && kFates[i] == fate->GetString()) input_.fate = i;
    if (input_.fate < 0) refuse("fate", "done, not_sent or maybe_sent is needed");
  }
  if (const Value* reply = find(json, "smtp")) smtp(*reply, input_);
  else if (const Value* stored = find(json, "credential")) credential(*stored, input_);
  else refuse("input", "smtp or credential is needed");
  return &input_;
}

}  // namespace belfry::check
