#include "api/http/chunked_body.h"

#include <algorithm>

#include "api/http/request_head.h"

namespace belfry {
namespace {

/// What one chunk's framing may cost before it counts as excess: an ordinary size line, and small chunks of real data.
constexpr std::size_t kFreeFraming = 16;
constexpr std::size_t kMaxSizeDigits = 16;

Failure<Refusal> badChunk(std::string detail) {
  return failure(Refusal{ErrorCode::malformed_request, "bad_chunk", std::move(detail)});
}

/// Digits of a chunk size at the start of a line.
std::string_view sizeDigits(std::string_view line) {
  return line.substr(0, line.find_first_not_of("0123456789abcdefABCDEF"));
}

std::uint64_t hexNumber(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) {
    const int value = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    number = number * 16 + static_cast<std::uint64_t>(value);
  }
  return number;
}

bool isLineByte(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

Result<std::size_t, Refusal> ChunkedDecoder::feed(std::string_view input, std::string& body) {
  std::string_view rest = input;
  while (!rest.empty() && !done()) {
    auto stepped = step(rest, body);
    if (!stepped) return failure(std::move(stepped.error()));
  }
  return input.size() - rest.size();
}

Result<bool, Refusal> ChunkedDecoder::step(std::string_view& rest, std::string& body) {
  if (state_ == State::data) {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
    body.append(rest.substr(0, taken));
    rest.remove_prefix(taken);
    left_ -= taken;
    if (left_ == 0) state_ = State::data_end;
    return true;
  }
  auto whole = takeLine(rest, state_ == State::trailer_line ? limits_.max_trailers : limits_.max_line);
  if (!whole || !*whole) return whole;
  Result<bool, Refusal> ended = true;
  if (state_ == State::size_line) ended = endSizeLine(body.size());
  else if (state_ == State::trailer_line) ended = endTrailerLine();
  else if (!line_.empty()) return badChunk("a chunk holds more bytes than its size says");
  else state_ = State::size_line;
  line_.clear();
  return ended;
}

Result<bool, Refusal> ChunkedDecoder::takeLine(std::string_view& rest, std::size_t max_line) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    const bool after_cr = line_.ends_with('\r');
    if (after_cr != (c == '\n')) return badChunk("lines of a chunked body must end in CR LF");
    if (after_cr) {
      line_.pop_back();
      return true;
    }
    if (c != '\r' && !isLineByte(c)) return badChunk("a chunk's line holds a control byte");
    if (line_.size() >= max_line)
      return badChunk("a chunk's line is longer than " + std::to_string(max_line) + " bytes");
    line_ += c;
  }
  return false;
}

Result<bool, Refusal> ChunkedDecoder::endSizeLine(std::size_t body_size) {
  const std::string_view digits = sizeDigits(line_);
  const std::string_view extension = std::string_view(line_).substr(digits.size());
  if (digits.empty() || digits.size() > kMaxSizeDigits) {
    return badChunk("chunk size " + excerpt(line_) + " is not a hexadecimal number of at most 16 digits");
  }
  if (!extension.empty() && extension.front() != ';') {
    return badChunk("chunk size " + excerpt(line_) + " is followed by something else than ;extension");
  }
  left_ = hexNumber(digits);
  if (left_ > max_body_ - body_size) {
    return failure(Refusal{ErrorCode::payload_too_large, "body_too_large",
                           "the body is limited to " + std::to_string(max_body_) + " bytes"});
  }
  const std::size_t framing = line_.size() + 4;
  const std::size_t free = kFreeFraming + 2 * static_cast<std::size_t>(left_);
  excess_ = excess_ + framing > free ? excess_ + framing - free : 0;
  if (excess_ > limits_.max_excess) return badChunk("chunk extensions outweigh the data by far");
  state_ = left_ == 0 ? State::trailer_line : State::data;
  return true;
}

Result<bool, Refusal> ChunkedDecoder::endTrailerLine() {
  if (line_.empty()) {
    state_ = State::done;
    return true;
  }
  trailers_ += line_.size() + 2;
  if (trailers_ > limits_.max_trailers) {
    return badChunk("trailers are limited to " + std::to_string(limits_.max_trailers) + " bytes");
  }
  const std::size_t colon = line_.find(':');
  if (colon == std::string::npos || !isToken(std::string_view(line_).substr(0, colon))) {
    return badChunk("trailer " + excerpt(line_) + " is not name: value");
  }
  return true;
}

}  // namespace belfry
