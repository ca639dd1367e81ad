#include "system/received_mail.h"

#include <rapidjson/pointer.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "support/child_process.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

JsonDocument readByPython(const std::string& kept) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "mail.json";
  std::ofstream(file) << kept;
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  if (!source) throw std::runtime_error("BELFRY_SOURCE_DIR is not set: run through ctest, or set it");
  // Debian's interpreter by its full name: another python3 may come first in PATH.
  ChildProcess reader({.args = {"/usr/bin/python3", std::string(source) + "/tests/system/read_mail.py", file}});
  const auto exit = reader.waitForExit(30s);
  auto parsed = parseJson(reader.standardOutput());
  if (!exit || exit->code != 0 || !parsed) throw std::runtime_error("read_mail.py: " + reader.output());
  return std::move(*parsed);
}

}  // namespace

ReceivedMail::ReceivedMail(const std::string& kept) : json_(readByPython(kept)) {}

std::string ReceivedMail::text(const std::string& pointer) const {
  const auto* value = rapidjson::Pointer(pointer.c_str(), pointer.size()).Get(json_);
  if (!value || value->IsNull()) return "";
  return value->IsString() ? std::string(asView(*value)) : toJsonText(*value);
}

std::size_t ReceivedMail::size(const std::string& pointer) const {
  const auto* value = rapidjson::Pointer(pointer.c_str(), pointer.size()).Get(json_);
  return value && value->IsArray() ? value->Size() : 0;
}

TimePoint ReceivedMail::at() const {
  const auto at = parseRfc3339(text("/time"));
  if (!at) throw std::runtime_error("no time: " + text("/time"));
  return *at;
}

std::vector<std::string> linesTo(const MailSink& sink, const std::string& address) {
  std::vector<std::string> found;
  for (const auto& line : sink.messages()) {
    const auto kept = parseJson(line);
    if (!kept) continue;
    for (const auto& rcpt : (*kept)["rcpts"].GetArray())
      if (asView(rcpt) == address) found.push_back(line);
  }
  return found;
}

ReceivedMail mailTo(const MailSink& sink, const std::string& address, std::chrono::milliseconds limit) {
  std::vector<std::string> lines;
  const bool came = waitUntil(limit, [&] { return !(lines = linesTo(sink, address)).empty(); });
  if (!came) throw std::runtime_error("no mail to " + address + " came: " + sink.output());
  return ReceivedMail(lines.front());
}

}  // namespace belfry::test
