#include "adapters/openssl/dkim_canonical.h"

#include <map>

namespace belfry::openssl {
namespace {

constexpr auto kNone = std::string_view::npos;

/// Appends `line` with each run of white space as one space, and none at the end.
void appendRelaxed(std::string& out, std::string_view line) {
  bool pending = false;
  for (const char c : line) {
    if (c == ' ' || c == '\t') {
      pending = true;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += c;
  }
}

}  // namespace

std::string relaxedBody(std::string_view body) {
  std::string relaxed;
  relaxed.reserve(body.size() + 2);
  std::size_t text_end = 0;  // after the last line that is not empty
  while (!body.empty()) {
    const auto end = body.find("\r\n");
    const auto before = relaxed.size();
    appendRelaxed(relaxed, body.substr(0, end));
    const bool has_text = relaxed.size() > before;
    relaxed += "\r\n";
    if (has_text) text_end = relaxed.size();
    body.remove_prefix(end == kNone ? body.size() : end + 2);
  }
  relaxed.resize(text_end);
  return relaxed;
}

std::string relaxedField(const MailField& field) {
  std::string unfolded;
  unfolded.reserve(field.value.size());
  for (const char c : field.value)
    if (c != '\r' && c != '\n') unfolded += c;
  const auto start = unfolded.find_first_not_of(" \t");
  auto relaxed = field.name + ":";
  if (start != std::string::npos) appendRelaxed(relaxed, std::string_view(unfolded).substr(start));
  return relaxed;
}

std::string dkimSigningInput(const std::vector<MailField>& fields, const std::vector<std::string>& names,
                             const MailField& signature_field) {
  std::map<std::string_view, std::vector<const MailField*>> unsigned_yet;  // by name, top to bottom
  for (const auto& field : fields) unsigned_yet[field.name].push_back(&field);
  std::string input;
  for (const auto& name : names) {
    auto& left = unsigned_yet[name];
    if (left.empty()) continue;
    input += relaxedField(*left.back()) + "\r\n";
    left.pop_back();
  }
  return input + relaxedField(signature_field);
}

}  // namespace belfry::openssl
