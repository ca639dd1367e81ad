#include "api/http/message.h"

#include <algorithm>

namespace belfry {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

void HttpHeaders::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const HttpHeader& field) { return equalsIgnoringCase(field.name, name); });
  add(std::move(name), std::move(value));
}

const std::string* HttpHeaders::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equalsIgnoringCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::string_view HttpHeaders::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::size_t HttpHeaders::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const HttpHeader& field) { return equalsIgnoringCase(field.name, name); }));
}

const std::string* HttpRequest::queryParam(std::string_view name) const {
  for (const auto& param : query) {
    if (param.name == name) return &param.value;
  }
  return nullptr;
}

}  // namespace belfry
