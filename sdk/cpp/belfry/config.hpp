// Binds an instance's config to a struct. BF_FIELDS(Config, host, port) inside a plugin's class declares the member
// `config` and says which JSON keys fill which members: the names are the same.
//   std::string, bool, integers, std::vector<std::string>; std::optional<> of them stays empty when the key is absent,
//   other members keep their initial value. Unknown keys and wrong types are errors that name key, value and what is
//   allowed.
#pragma once

#include <belfry/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace belfry {

/// Reads fields out of one JSON object; keeps the first fault.
class ConfigBinder {
 public:
  explicit ConfigBinder(Json object) : object_(object) {
    if (!object.isObject()) fault_ = "the config must be a JSON object";
  }

  template <class T>
  void field(std::string_view key, T& out) {
    known_.push_back(key);
    const Json value = object_[key];
    if (value.exists() && !read(value, out)) refuse(key, value, allowed<T>());
  }

  /// Call once all fields are bound. Empty: all is well.
  std::string finish() {
    for (const auto [name, value] : object_.members()) {
      bool known = false;
      for (const auto key : known_) known = known || key == name;
      if (!known && fault_.empty()) fault_ = std::string(name) + " is not known; allowed: " + joinedKeys();
    }
    return std::move(fault_);
  }

 private:
  static bool read(Json value, std::string& out) {
    if (!value.isString()) return false;
    out = value.asString();
    return true;
  }
  static bool read(Json value, bool& out) {
    if (!value.isBool()) return false;
    out = value.asBool();
    return true;
  }
  template <class I>
  static std::enable_if_t<std::is_integral_v<I>, bool> read(Json value, I& out) {
    const auto number = value.asInt();
    if (!number || (std::is_unsigned_v<I> && *number < 0)) return false;
    if (*number < static_cast<std::int64_t>(std::numeric_limits<I>::min())) return false;
    if (*number > 0 && static_cast<std::uint64_t>(*number) > static_cast<std::uint64_t>(std::numeric_limits<I>::max()))
      return false;
    out = static_cast<I>(*number);
    return true;
  }
  static bool read(Json value, std::vector<std::string>& out) {
    if (!value.isArray()) return false;
    for (const Json item : value.elements()) {
      if (!item.isString()) return false;
      out.emplace_back(item.asString());
    }
    return true;
  }
  template <class T>
  static bool read(Json value, std::optional<T>& out) {
    out.emplace();
    return read(value, *out);
  }

  template <class T>
  struct Unwrapped {
    using type = T;
  };
  template <class T>
  struct Unwrapped<std::optional<T>> {
    using type = T;
  };

  template <class T>
  static std::string allowed() {
    using U = typename Unwrapped<T>::type;
    if constexpr (std::is_same_v<U, std::string>) return "a string";
    else if constexpr (std::is_same_v<U, bool>) return "true or false";
    else if constexpr (std::is_same_v<U, std::vector<std::string>>) return "an array of strings";
    else
      return "a whole number from " + std::to_string(std::numeric_limits<U>::min()) + " to " +
             std::to_string(std::numeric_limits<U>::max());
  }

  static std::string shown(Json value) {
    if (value.isString()) return "\"" + std::string(value.asString().substr(0, 80)) + "\"";
    if (value.isNumber()) return std::string(value.numberText().substr(0, 80));
    if (value.isBool()) return value.asBool() ? "true" : "false";
    return value.isNull() ? "null" : value.isArray() ? "an array" : "an object";
  }

  void refuse(std::string_view key, Json value, const std::string& what) {
    if (fault_.empty()) fault_ = std::string(key) + " is " + shown(value) + "; allowed: " + what;
  }

  std::string joinedKeys() const {
    std::string text;
    for (const auto key : known_) text += (text.empty() ? "" : ", ") + std::string(key);
    return text;
  }

  Json object_;
  std::vector<std::string_view> known_;
  std::string fault_;
};

}  // namespace belfry

// One binder.field("x", config.x); for each name, up to 16.
#define BF_EACH_1(x) binder.field(#x, out.x);
#define BF_EACH_2(x, ...) BF_EACH_1(x) BF_EACH_1(__VA_ARGS__)
#define BF_EACH_3(x, ...) BF_EACH_1(x) BF_EACH_2(__VA_ARGS__)
#define BF_EACH_4(x, ...) BF_EACH_1(x) BF_EACH_3(__VA_ARGS__)
#define BF_EACH_5(x, ...) BF_EACH_1(x) BF_EACH_4(__VA_ARGS__)
#define BF_EACH_6(x, ...) BF_EACH_1(x) BF_EACH_5(__VA_ARGS__)
#define BF_EACH_7(x, ...) BF_EACH_1(x) BF_EACH_6(__VA_ARGS__)
#define BF_EACH_8(x, ...) BF_EACH_1(x) BF_EACH_7(__VA_ARGS__)
#define BF_EACH_9(x, ...) BF_EACH_1(x) BF_EACH_8(__VA_ARGS__)
#define BF_EACH_10(x, ...) BF_EACH_1(x) BF_EACH_9(__VA_ARGS__)
#define BF_EACH_11(x, ...) BF_EACH_1(x) BF_EACH_10(__VA_ARGS__)
#define BF_EACH_12(x, ...) BF_EACH_1(x) BF_EACH_11(__VA_ARGS__)
#define BF_EACH_13(x, ...) BF_EACH_1(x) BF_EACH_12(__VA_ARGS__)
#define BF_EACH_14(x, ...) BF_EACH_1(x) BF_EACH_13(__VA_ARGS__)
#define BF_EACH_15(x, ...) BF_EACH_1(x) BF_EACH_14(__VA_ARGS__)
#define BF_EACH_16(x, ...) BF_EACH_1(x) BF_EACH_15(__VA_ARGS__)
#define BF_PICK_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, name, ...) name
#define BF_EACH_(...)                                                                                                  \
  BF_PICK_(__VA_ARGS__, BF_EACH_16, BF_EACH_15, BF_EACH_14, BF_EACH_13, BF_EACH_12, BF_EACH_11, BF_EACH_10, BF_EACH_9, \
           BF_EACH_8, BF_EACH_7, BF_EACH_6, BF_EACH_5, BF_EACH_4, BF_EACH_3, BF_EACH_2, BF_EACH_1, )                   \
  (__VA_ARGS__)

#define BF_FIELDS(Type, ...) \
  Type config;               \
  static void bindConfig(::belfry::ConfigBinder& binder, Type& out) { BF_EACH_(__VA_ARGS__) }
