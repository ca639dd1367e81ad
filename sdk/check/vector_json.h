// Reading members of a vector's JSON.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace belfry::check {

/// Throws std::invalid_argument: "member KEY: WHAT".
[[noreturn]] void refuseMember(const std::string& key, const char* what);

/// nullptr when absent.
const rapidjson::Value* findMember(const rapidjson::Value& json, const char* key);

/// A whole number, or `absent`.
std::int64_t numberMember(const rapidjson::Value& json, const char* key, std::int64_t absent = 0);
bool flagMember(const rapidjson::Value& json, const char* key);

/// A misspelt member would quietly test nothing.
void allowOnly(const rapidjson::Value& json, const char* what, std::initializer_list<std::string_view> keys);

std::string compactJson(const rapidjson::Value& value);

inline std::string_view textOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

}  // namespace belfry::check
