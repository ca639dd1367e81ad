// Strict decoding of `Transfer-Encoding: chunked` (RFC 9112 §7.1), piece by piece. Extensions and trailers are checked,
// bounded and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/refusal.h"
#include "kit/result.h"

namespace belfry {

struct ChunkLimits {
  std::size_t max_line = 256;           ///< a chunk's size and extensions
  std::size_t max_trailers = 4 * 1024;  ///< all trailer lines
  std::size_t max_excess = 16 * 1024;  ///< framing beyond 16 bytes and two bytes per byte of data, summed over the body
};

class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(std::size_t max_body, ChunkLimits limits = {}) : max_body_(max_body), limits_(limits) {}

  /// Appends decoded bytes to `body`. Returns how many bytes of `input` it used: all of them unless the body ended in
  /// it. Refused: 413 when the body outgrows its limit (before its bytes are read), else 400.
  Result<std::size_t, Refusal> feed(std::string_view input, std::string& body);
  bool done() const { return state_ == State::done; }

 private:
  enum class State { size_line, data, data_end, trailer_line, done };

  /// Takes bytes up to a line's end; true once line_ holds it without CRLF.
  Result<bool, Refusal> takeLine(std::string_view& rest, std::size_t max_line);
  Result<bool, Refusal> endSizeLine(std::size_t body_size);
  Result<bool, Refusal> endTrailerLine();
  Result<bool, Refusal> step(std::string_view& rest, std::string& body);

  std::size_t max_body_;
  ChunkLimits limits_;
  State state_ = State::size_line;
  std::string line_;
  std::uint64_t left_ = 0;
  std::size_t excess_ = 0;
  std::size_t trailers_ = 0;
};

}  // namespace belfry
