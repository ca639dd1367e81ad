#include "adapters/curl/http_reply_reader.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace belfry::curl {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

int statusOf(std::string_view line) {
  const auto space = line.find(' ');
  int status = 0;
  if (space != std::string_view::npos) std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

bool HttpReplyReader::onLine(std::string_view line) {
  if (head_done_) return true;
  head_size_ += line.size();
  if (head_size_ > kMaxHead) return false;
  if (line.starts_with("HTTP/")) {
    reply_.status = statusOf(line);
    reply_.headers.clear();
    return true;
  }
  const std::string_view text = trimmed(line);
  if (text.empty()) {
    head_done_ = reply_.status >= 200;
    return true;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  reply_.headers.emplace_back(lower(trimmed(text.substr(0, colon))), trimmed(text.substr(colon + 1)));
  return true;
}

void HttpReplyReader::onBody(std::string_view bytes) {
  const std::size_t room = max_body_ - std::min(max_body_, reply_.body.size());
  reply_.body += bytes.substr(0, room);
  if (bytes.size() > room) reply_.truncated = true;
}

}  // namespace belfry::curl
