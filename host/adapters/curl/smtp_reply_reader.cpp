#include "adapters/curl/smtp_reply_reader.h"

#include <algorithm>
#include <utility>

namespace belfry::curl {
namespace {

constexpr std::size_t kMaxLine = 4 * 1024;
constexpr std::size_t kMaxReply = 64 * 1024;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// RFC 5321 §4.2: three digits, the first 2 to 5, the second 0 to 5 (not enforced: servers use others).
int replyCode(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !isDigit(line[1]) || !isDigit(line[2])) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

std::string_view enhancedCode(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5')) return {};
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.') return {};
    const std::size_t first = ++at;
    while (at < text.size() && isDigit(text[at]) && at - first < 3) ++at;
    if (at == first) return {};
  }
  if (at < text.size() && text[at] != ' ') return {};
  return text.substr(0, at);
}

std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n') || c >= 0x7f; },
      '?');
  return clean;
}

SmtpReplyReader::State SmtpReplyReader::next() {
  std::size_t start = 0;
  while (!complete_ && !malformed_) {
    const auto end = buffer_.find('\n', start);
    if (end == std::string::npos) {
      malformed_ = buffer_.size() - start > kMaxLine;
      break;
    }
    std::string_view line(buffer_.data() + start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    malformed_ = line.size() > kMaxLine || !readLine(line);
    start = end + 1;
  }
  buffer_.erase(0, start);
  if (malformed_) return State::malformed;
  return complete_ ? State::reply : State::more;
}

bool SmtpReplyReader::readLine(std::string_view line) {
  const int code = replyCode(line);
  if (code == 0 || (current_.code != 0 && current_.code != code)) return false;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return false;
  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
  const std::string_view enhanced = enhancedCode(text);
  if (current_.code == 0) current_.enhanced_code = enhanced;
  if (!enhanced.empty()) text.remove_prefix(std::min(text.size(), enhanced.size() + 1));
  if (current_.code != 0) current_.text += '\n';
  current_.code = code;
  current_.text += printable(text);
  complete_ = line.size() == 3 || line[3] == ' ';
  return current_.text.size() <= kMaxReply;
}

SmtpReply SmtpReplyReader::take() {
  complete_ = false;
  return std::exchange(current_, {});
}

}  // namespace belfry::curl
