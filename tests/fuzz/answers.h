// One part of a fuzzer's input as the answer to a verb:
//   fate code US headers US body       fate: d(one), n(ot sent), m(aybe sent); code: digits; headers: "name: value"
//   lines
// For a mail the code is the server's and the header part its enhanced code; of a value, a verdict or a credential the
// code says whether it is there and good, and the body what it is. A fate other than d takes the body as its word.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::fuzz {

class Answer {
 public:
  Answer(std::string_view part, const std::string& verb, const rapidjson::Value& emitted);

  bool maybeSent() const { return maybe_sent_; }
  /// The input of a vector.
  const rapidjson::Value& json(std::uint32_t tag);

 private:
  rapidjson::Document json_;
  bool maybe_sent_ = false;
};

/// "name: value" lines as an object of strings, names in lower case.
rapidjson::Value headersOf(std::string_view lines, rapidjson::Document::AllocatorType& json);
rapidjson::Value textValue(std::string_view text, rapidjson::Document::AllocatorType& json);

}  // namespace belfry::fuzz
