#include "cli/text_table.h"

#include <algorithm>

#include "kit/time.h"
#include "kit/utf8.h"

namespace belfry::cli {
namespace {

/// Characters, not bytes; wide and combining ones are counted as one, which misplaces a column at most.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string listText(const JsonValue& list) {
  std::string text;
  for (const auto& item : list.GetArray()) text += (text.empty() ? "" : ", ") + cellText(&item);
  return text.empty() ? "-" : text;
}

std::string objectText(const JsonValue& object) {
  std::string text;
  for (const auto& member : object.GetObject()) {
    text += (text.empty() ? "" : ", ") + printable(asView(member.name)) + "=" + cellText(&member.value);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

void TextTable::print(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows_) {
    out << indent;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out << row[i] << std::string(widths[i] - width(row[i]) + 2, ' ');
    out << row.back() << '\n';
  }
}

std::string printable(std::string_view text) {
  std::string safe = replaceInvalidUtf8(text);
  for (char& c : safe) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  // C1 controls are U+0080 to U+009F, two bytes in UTF-8; terminals may take them for escape sequences.
  for (std::size_t i = 0; i + 1 < safe.size(); ++i) {
    if (safe[i] == '\xC2' && static_cast<unsigned char>(safe[i + 1]) < 0xA0) safe.replace(i, 2, " ");
  }
  return safe;
}

std::string shortTime(std::string_view rfc3339) {
  const auto at = parseRfc3339(rfc3339);
  if (!at) return printable(rfc3339);
  std::string text = formatRfc3339(*at).substr(0, 23);
  text[10] = ' ';
  return text;
}

const JsonValue* memberAt(const JsonValue& json, std::string_view path) {
  const JsonValue* value = &json;
  while (!path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    if (!value->IsObject()) return nullptr;
    const auto name = path.substr(0, dot);
    const auto found = value->FindMember(JsonValue(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    if (found == value->MemberEnd()) return nullptr;
    value = &found->value;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

std::string cellText(const JsonValue* value) {
  if (value == nullptr || value->IsNull()) return "-";
  if (value->IsBool()) return value->GetBool() ? "yes" : "no";
  if (value->IsString()) return value->GetStringLength() == 0 ? "-" : shortTime(asView(*value));
  if (value->IsArray()) return listText(*value);
  if (value->IsObject()) return objectText(*value);
  return toJsonText(*value);
}

void printObjects(std::ostream& out, const JsonValue& items, const std::vector<Column>& columns) {
  std::vector<std::string> heads;
  for (const auto& column : columns) heads.emplace_back(column.head);
  TextTable table(std::move(heads));
  for (const auto& item : items.GetArray()) {
    std::vector<std::string> cells;
    for (const auto& column : columns) cells.push_back(cellText(item, column.path));
    table.add(std::move(cells));
  }
  table.print(out);
}

void printObject(std::ostream& out, const JsonValue& object, const std::vector<Column>& columns) {
  std::size_t widest = 0;
  for (const auto& column : columns) widest = std::max(widest, width(column.head));
  for (const auto& column : columns) {
    const auto text = cellText(object, column.path);
    if (text == "-") continue;
    out << column.head << std::string(widest - width(column.head) + 2, ' ') << text << '\n';
  }
}

}  // namespace belfry::cli
