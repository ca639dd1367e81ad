#include "check/report.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>

namespace belfry::check {

bool Report::passed() const {
  return std::none_of(lines_.begin(), lines_.end(),
                      [](const Line& l) { return l.verdict == Verdict::fail || l.verdict == Verdict::crash; });
}

std::string_view verdictName(Verdict verdict) {
  static constexpr std::array<std::string_view, 5> kNames = {"Pass", "Fail", "Crash", "Skip", "Warn"};
  return kNames[static_cast<std::size_t>(verdict)];
}

namespace {

/// One line stays one line, whatever a plugin has said.
std::string onOneLine(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return out;
}

}  // namespace

std::string toText(const Report& report) {
  std::array<int, 5> counts{};
  std::size_t width = 0;
  for (const auto& line : report.lines()) width = std::max(width, line.check.size());
  std::string out;
  for (const auto& line : report.lines()) {
    ++counts[static_cast<std::size_t>(line.verdict)];
    std::string verdict(verdictName(line.verdict));
    verdict.resize(7, ' ');
    out += verdict + line.check + std::string(width - line.check.size() + 2, ' ') + onOneLine(line.detail) + "\n";
    if (!line.mend.empty()) out += std::string(9, ' ') + "mend: " + onOneLine(line.mend) + "\n";
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    out += (i == 0 ? "" : ", ") + std::to_string(counts[i]) + " " + std::string(verdictName(static_cast<Verdict>(i)));
  return out + "\n";
}

std::string toJson(const Report& report, std::string_view plugin) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json(buffer);
  const auto text = [&](const char* key, std::string_view value) {
    json.Key(key);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  json.StartObject();
  text("plugin", plugin);
  json.Key("passed");
  json.Bool(report.passed());
  json.Key("results");
  json.StartArray();
  for (const auto& line : report.lines()) {
    json.StartObject();
    text("check", line.check);
    text("verdict", verdictName(line.verdict));
    text("detail", line.detail);
    text("mend", line.mend);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace belfry::check
