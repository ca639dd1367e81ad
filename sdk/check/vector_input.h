// Turns the JSON of a vector into the structs that a plugin is given.
#pragma once

#include <rapidjson/document.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "belfry/steps.h"

namespace belfry::check {

/// Owns the structs; what it gives out lives as long as it does. Throws std::invalid_argument that names the member.
class VectorInput {
 public:
  const bf_req* request(const rapidjson::Value& json);
  const bf_input* input(const rapidjson::Value& json);

 private:
  bf_str text(std::string value);
  bf_str member(const rapidjson::Value& json, const char* key);
  const bf_kv* pairs(const rapidjson::Value& json, const char* key, std::size_t& n);
  const bf_msg* message(const rapidjson::Value& json);
  void attachments(const rapidjson::Value& json, bf_msg& msg);
  bf_smtp_answer answer(const rapidjson::Value& json);
  void smtp(const rapidjson::Value& json, bf_input& out);
  void credential(const rapidjson::Value& json, bf_input& out);

  std::deque<std::string> texts_;
  std::deque<std::vector<bf_kv>> pairs_;
  std::deque<bf_msg> messages_;
  std::deque<bf_attachment> attachments_;
  std::deque<std::vector<const bf_attachment*>> attachment_lists_;
  std::vector<const bf_msg*> message_list_;
  std::vector<bf_smtp_answer> rcpts_;
  bf_presented presented_{};
  bf_smtp_reply smtp_{};
  bf_credential credential_{};
  bf_req request_{};
  bf_input input_{};
};

}  // namespace belfry::check
