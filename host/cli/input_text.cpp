#include "cli/input_text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/failures.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

std::string readAll(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

[[noreturn]] void refuseFile(const std::string& option, const std::string& path, const std::string& reason) {
  throw CommandFailed(option + ": cannot read '" + path + "': " + reason);
}

}  // namespace

std::string readInput(const std::string& path, const std::string& option, const Console& console) {
  if (path == "-") return readAll(console.in);
  std::error_code ignored;  // what cannot be asked fails below, with its reason
  if (std::filesystem::is_directory(path, ignored)) refuseFile(option, path, "is a directory");
  std::ifstream file(path, std::ios::binary);
  if (!file) refuseFile(option, path, std::strerror(errno));
  auto text = readAll(file);
  if (file.bad()) refuseFile(option, path, std::strerror(errno));
  return text;
}

std::string textOrFile(const std::string& argument, const std::string& option, const Console& console) {
  return argument.starts_with('@') ? readInput(argument.substr(1), option, console) : argument;
}

std::string jsonArgument(const std::string& argument, const std::string& option, const Console& console) {
  auto text = textOrFile(argument, option, console);
  const auto json = parseJson(text);
  if (json) return text;
  const auto place = placeOf(text, json.error().offset);
  throw UsageError(option + ": is not JSON at line " + std::to_string(place.line) + ", column " +
                   std::to_string(place.column) + ": " + json.error().message +
                   "; allowed: JSON, or @FILE that holds it");
}

TextPlace placeOf(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto last = before.rfind('\n');
  return {1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<int>(last == before.npos ? before.size() : before.size() - last - 1)};
}

}  // namespace belfry::cli
