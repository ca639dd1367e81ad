#include "adapters/embedded/server_log.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/embedded/embedded_error.h"

namespace belfry::embedded {
namespace {

constexpr std::uintmax_t kRollAtBytes = 16u << 20;
constexpr std::uintmax_t kTailBytes = 64u << 10;
constexpr std::size_t kComplaintBytes = 400;

/// PostgreSQL's severities; initdb's and Redis' way to say it; and the words of PostgreSQL's LOG lines that tell the
/// reason for a FATAL "contains errors".
bool saysWhatIsWrong(std::string_view line) {
  constexpr std::array<std::string_view, 12> kMarks = {
      "FATAL", "PANIC:",     "ERROR:",  "HINT:",         "error:",   "Fatal",
      "Bad ",  "could not ", "cannot ", "unrecognized ", "invalid ", "syntax error"};
  return std::any_of(kMarks.begin(), kMarks.end(), [&](auto mark) { return line.find(mark) != line.npos; });
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r*") != line.npos) lines.push_back(line);
  return lines;
}

void keepLast(std::vector<std::string>& lines, std::size_t count) {
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
}

}  // namespace

ServerLog::ServerLog(std::filesystem::path file) : file_(std::move(file)) {}

int ServerLog::open() {
  std::error_code absent;
  start_ = std::filesystem::file_size(file_, absent);
  if (absent) start_ = 0;
  if (start_ > kRollAtBytes) {
    std::filesystem::rename(file_, file_.string() + ".1", absent);
    start_ = 0;
  }
  const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) throw EmbeddedError("log file " + file_.string() + " cannot be written: " + std::strerror(errno));
  return fd;
}

std::string ServerLog::sinceOpen() const {
  std::ifstream in(file_, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::uintmax_t>(in.tellg()) : 0;
  const auto from = std::max(start_, size > kTailBytes ? size - kTailBytes : 0);
  if (from >= size) return "";
  in.seekg(static_cast<std::streamoff>(from));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ServerLog::complaint() const {
  auto lines = linesOf(sinceOpen());
  std::vector<std::string> telling;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(telling), saysWhatIsWrong);
  auto& chosen = telling.empty() ? lines : telling;
  keepLast(chosen, 3);
  std::string joined;
  for (const auto& line : chosen) joined += (joined.empty() ? "" : " | ") + line;
  std::replace_if(
      joined.begin(), joined.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return joined.size() <= kComplaintBytes ? joined : "…" + joined.substr(joined.size() - kComplaintBytes);
}

}  // namespace belfry::embedded
