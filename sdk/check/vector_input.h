// Turns the JSON of a vector into the structs that a plugin is given.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "belfry/steps.h"

namespace belfry::check {

/// Owns the structs; what it gives out lives as long as it does. Throws std::invalid_argument that names the member.
class VectorInput {
 public:
  const bf_req* request(const rapidjson::Value& json);
  const bf_input* input(const rapidjson::Value& json);
  /// What read_blob gives, by handle: of attachments that have `content` or `content_base64`.
  const std::map<std::uint64_t, std::string>& blobs() const { return blobs_; }

 private:
  bf_str text(std::string value);
  bf_str member(const rapidjson::Value& json, const char* key);
  /// The JSON text of a member that is an object, or a string as it is.
  bf_str jsonMember(const rapidjson::Value& json, const char* key);
  bf_str body(const rapidjson::Value& json);
  /// An object's members; what is no string becomes JSON text where `any`.
  const bf_kv* pairs(const rapidjson::Value& json, const char* key, std::size_t& n, bool any = false);
  const bf_msg* message(const rapidjson::Value& json);
  void attachments(const rapidjson::Value& json, bf_msg& msg);
  void send(const rapidjson::Value& messages);
  void webhook(const rapidjson::Value& json);
  void status(const rapidjson::Value& json);
  bf_smtp_answer answer(const rapidjson::Value& json);
  void smtp(const rapidjson::Value& json, bf_input& out);
  void http(const rapidjson::Value& json, bf_input& out);
  void credential(const rapidjson::Value& json, bf_input& out);
  bool kept(const rapidjson::Value& json, bf_input& out);

  std::deque<std::string> texts_;
  std::deque<std::vector<bf_kv>> pairs_;
  std::deque<bf_msg> messages_;
  std::deque<bf_attachment> attachments_;
  std::deque<std::vector<const bf_attachment*>> attachment_lists_;
  std::vector<const bf_msg*> message_list_;
  std::vector<bf_smtp_answer> rcpts_;
  std::map<std::uint64_t, std::string> blobs_;
  bf_presented presented_{};
  bf_webhook webhook_{};
  bf_query query_{};
  bf_smtp_reply smtp_{};
  bf_http_reply http_{};
  bf_credential credential_{};
  bf_req request_{};
  bf_input input_{};
};

}  // namespace belfry::check
