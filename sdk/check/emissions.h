// What a plugin emits, as the JSON of vectors. Members that are zero or empty are left out.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "belfry/steps.h"

namespace belfry::check {

/// Writes the structs of the verbs as JSON. What is no UTF-8 becomes {"base64": …}.
class Emissions {
 public:
  using Allocator = rapidjson::Document::AllocatorType;
  using Value = rapidjson::Value;

  explicit Emissions(Allocator& json) : json_(json) {}

  Value text(std::string_view s);
  Value http(const bf_http& http);
  Value smtp(const bf_smtp& smtp);
  Value result(const bf_result& result);
  Value item(const bf_item& item);
  Value event(const bf_event& event);
  Value reply(std::int32_t status, const bf_kv* headers, std::size_t n, bf_str body, bf_str code);
  Value claims(const bf_claims& claims);
  Value signedText(const bf_signed& what);

 private:
  Value segment(const bf_seg& seg);
  /// Bytes as strings, neighbours joined; anything else as an object. `lines`: a string for each that ends in CRLF.
  Value segments(const bf_seg* list, std::size_t n, bool lines);
  /// The text of segments that are all plain bytes, else their array.
  Value rope(const bf_seg* list, std::size_t n);
  void lines(std::string_view text, Value& out);
  void body(const bf_http& http, Value& out);
  Value headers(const bf_header* list, std::size_t n);
  Value made(const bf_make& make);
  Value sigv4(const bf_sigv4& sigv4);

  Allocator& json_;
};

}  // namespace belfry::check
