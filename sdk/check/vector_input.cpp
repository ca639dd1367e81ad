#include "check/vector_input.h"

#include "check/crypto.h"
#include "check/vector_json.h"

namespace belfry::check {

using rapidjson::Value;

bf_str VectorInput::text(std::string value) {
  const auto& kept = texts_.emplace_back(std::move(value));
  return {kept.data(), kept.size()};
}

bf_str VectorInput::member(const Value& json, const char* key) {
  const Value* value = findMember(json, key);
  if (!value) return {nullptr, 0};
  if (!value->IsString()) refuseMember(key, "a string is needed");
  return text(std::string(textOf(*value)));
}

bf_str VectorInput::jsonMember(const Value& json, const char* key) {
  const Value* value = findMember(json, key);
  return value && !value->IsString() ? text(compactJson(*value)) : member(json, key);
}

bf_str VectorInput::body(const Value& json) {
  if (const Value* document = findMember(json, "json")) return text(compactJson(*document));
  if (const Value* encoded = findMember(json, "base64")) {
    const auto bytes = encoded->IsString() ? decodeBase64(textOf(*encoded)) : std::nullopt;
    if (!bytes) refuseMember("base64", "base64 is needed");
    return text(*bytes);
  }
  const Value* repeat = findMember(json, "repeat");
  if (!repeat) return member(json, "body");
  allowOnly(*repeat, "repeat", {"text", "times"});
  constexpr std::int64_t kMost = 1 << 24;
  const auto piece = member(*repeat, "text");
  const auto times = numberMember(*repeat, "times");
  if (times < 0 || times > kMost || static_cast<std::uint64_t>(times) * piece.n > kMost)
    refuseMember("repeat", "at most 16 MiB");
  std::string out;
  for (std::int64_t i = 0; i < times; ++i) out.append(piece.p, piece.n);
  return text(std::move(out));
}

const bf_kv* VectorInput::pairs(const Value& json, const char* key, std::size_t& n, bool any) {
  auto& list = pairs_.emplace_back();
  if (const Value* object = findMember(json, key)) {
    if (!object->IsObject()) refuseMember(key, "an object is needed");
    for (const auto& m : object->GetObject()) {
      if (!m.value.IsString() && !any) refuseMember(key, "an object of strings is needed");
      list.push_back({text(std::string(textOf(m.name))),
                      text(m.value.IsString() ? std::string(textOf(m.value)) : compactJson(m.value))});
    }
  }
  n = list.size();
  return list.data();
}

void VectorInput::attachments(const Value& json, bf_msg& msg) {
  auto& list = attachment_lists_.emplace_back();
  if (const Value* array = findMember(json, "attachments")) {
    if (!array->IsArray()) refuseMember("attachments", "an array is needed");
    for (const auto& item : array->GetArray()) {
      allowOnly(item, "attachments",
                {"filename", "content_type", "content_id", "blob", "length", "content", "content_base64"});
      auto& a = attachments_.emplace_back();
      a.size = sizeof a;
      a.filename = member(item, "filename");
      a.content_type = member(item, "content_type");
      a.content_id = member(item, "content_id");
      a.blob = static_cast<std::uint64_t>(numberMember(item, "blob"));
      if (const Value* plain = findMember(item, "content")) blobs_[a.blob] = std::string(textOf(*plain));
      if (const Value* coded = findMember(item, "content_base64"))
        blobs_[a.blob] = decodeBase64(textOf(*coded)).value_or("");
      const auto length = blobs_.count(a.blob) != 0 ? static_cast<std::int64_t>(blobs_[a.blob].size()) : 0;
      a.length = static_cast<std::uint64_t>(numberMember(item, "length", length));
      list.push_back(&a);
    }
  }
  msg.attachments = list.data();
  msg.n_attachments = list.size();
}

const bf_msg* VectorInput::message(const Value& json) {
  allowOnly(json, "messages",
            {"attempt", "delivery_id", "channel", "to", "to_kind", "to_name", "user_id", "language", "content",
             "options", "headers", "attachments", "created_ms", "expires_ms", "priority", "metadata"});
  auto& msg = messages_.emplace_back();
  msg.size = sizeof msg;
  msg.attempt = static_cast<std::uint32_t>(numberMember(json, "attempt", 1));
  msg.delivery_id = member(json, "delivery_id");
  msg.channel = member(json, "channel");
  msg.to = member(json, "to");
  msg.to_kind = member(json, "to_kind");
  msg.to_name = member(json, "to_name");
  msg.user_id = member(json, "user_id");
  msg.language = member(json, "language");
  msg.content = pairs(json, "content", msg.n_content);
  msg.options = pairs(json, "options", msg.n_options, true);
  msg.headers = pairs(json, "headers", msg.n_headers);
  msg.created_ms = numberMember(json, "created_ms");
  msg.expires_ms = numberMember(json, "expires_ms");
  msg.priority = static_cast<std::int32_t>(numberMember(json, "priority", 2));
  msg.metadata_json = findMember(json, "metadata") ? jsonMember(json, "metadata") : text("{}");
  attachments(json, msg);
  return &msg;
}

void VectorInput::send(const Value& messages) {
  if (!messages.IsArray()) refuseMember("messages", "an array is needed");
  for (const auto& item : messages.GetArray()) message_list_.push_back(message(item));
  request_.kind = BF_REQ_SEND;
  request_.messages = message_list_.data();
  request_.n_messages = message_list_.size();
}

void VectorInput::webhook(const Value& json) {
  allowOnly(json, "webhook", {"method", "url", "query", "headers", "body", "json", "base64", "repeat", "received_ms"});
  webhook_.size = sizeof webhook_;
  webhook_.method = findMember(json, "method") ? member(json, "method") : text("POST");
  webhook_.url = findMember(json, "url") ? member(json, "url") : text("https://belfry.example/v1/callbacks/test");
  webhook_.query = member(json, "query");
  if (!findMember(json, "query")) {
    const std::string url(webhook_.url.p, webhook_.url.n);
    const auto mark = url.find('?');
    if (mark != std::string::npos) webhook_.query = text(url.substr(mark + 1));
  }
  webhook_.headers = pairs(json, "headers", webhook_.n_headers);
  webhook_.body = body(json);
  webhook_.received_ms = numberMember(json, "received_ms");
  request_.kind = BF_REQ_WEBHOOK;
  request_.webhook = &webhook_;
}

void VectorInput::status(const Value& json) {
  allowOnly(json, "status", {"attempt", "delivery_id", "provider_id", "to", "created_ms"});
  query_ = {sizeof query_,
            static_cast<std::uint32_t>(numberMember(json, "attempt", 1)),
            member(json, "delivery_id"),
            member(json, "provider_id"),
            member(json, "to"),
            numberMember(json, "created_ms")};
  request_.kind = BF_REQ_STATUS;
  request_.query = &query_;
}

const bf_req* VectorInput::request(const Value& json) {
  allowOnly(json, "request", {"messages", "presented", "webhook", "probe", "token", "status", "callback_url"});
  request_.size = sizeof request_;
  request_.callback_url = member(json, "callback_url");
  if (const Value* messages = findMember(json, "messages")) {
    send(*messages);
  } else if (const Value* presented = findMember(json, "presented")) {
    allowOnly(*presented, "presented", {"scheme", "value"});
    presented_ = {sizeof presented_, 0, member(*presented, "scheme"), member(*presented, "value")};
    request_.kind = BF_REQ_AUTHENTICATE;
    request_.presented = &presented_;
  } else if (const Value* callback = findMember(json, "webhook")) {
    webhook(*callback);
  } else if (findMember(json, "token")) {
    request_.kind = BF_REQ_TOKEN;
    request_.token_key = member(json, "token");
  } else if (const Value* query = findMember(json, "status")) {
    status(*query);
  } else if (flagMember(json, "probe")) {
    request_.kind = BF_REQ_PROBE;
  } else {
    refuseMember("request", "messages, presented, webhook, probe, token or status is needed");
  }
  return &request_;
}

}  // namespace belfry::check
