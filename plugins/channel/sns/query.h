// Calls of AWS's Query protocol: form fields, of which maps and lists are numbered from 1.
#pragma once

#include <belfry/url.hpp>

#include <string>
#include <string_view>

namespace sns {

/// The form of one call.
class Query {
 public:
  explicit Query(std::string_view action) { form_.add("Action", action).add("Version", "2010-03-31"); }

  Query& add(std::string_view name, std::string_view value) {
    form_.add(name, value);
    return *this;
  }
  Query& addIfSet(std::string_view name, std::string_view value) { return value.empty() ? *this : add(name, value); }

  const belfry::Form& form() const { return form_; }

 private:
  belfry::Form form_;
};

/// MessageAttributes of one message, whose fields begin with `prefix`.
class Attributes {
 public:
  explicit Attributes(Query& query, std::string prefix = {}) : query_(query), prefix_(std::move(prefix)) {}

  Attributes& text(std::string_view name, std::string_view value) { return put(name, "String", value); }
  Attributes& number(std::string_view name, std::string_view value) { return put(name, "Number", value); }

 private:
  Attributes& put(std::string_view name, std::string_view type, std::string_view value) {
    if (value.empty()) return *this;
    const std::string entry = prefix_ + "MessageAttributes.entry." + std::to_string(++count_);
    query_.add(entry + ".Name", name).add(entry + ".Value.DataType", type).add(entry + ".Value.StringValue", value);
    return *this;
  }

  Query& query_;
  std::string prefix_;
  int count_ = 0;
};

}  // namespace sns
