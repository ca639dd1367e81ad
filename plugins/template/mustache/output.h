// Where a rendering goes: pieces are gathered and handed to the host in blocks.
#pragma once

#include <belfry/base.h>
#include <belfry/template.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace belfry::mustache {

/// Counts what is written and stops at a limit. Lives on the stack of one rendering.
class Output {
 public:
  Output(bf_write write, void* ctx, std::uint64_t max_bytes) noexcept : write_(write), ctx_(ctx), left_(max_bytes) {
    refill();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void append(const char* p, std::size_t n) noexcept {
    if (n > static_cast<std::size_t>(room_end_ - at_)) return appendSlowly(p, n);
    std::memcpy(at_, p, n);
    at_ += n;
  }
  void append(std::string_view text) noexcept { append(text.data(), text.size()); }

  /// Hands over what is gathered.
  void flush() noexcept {
    if (status_ == BF_OK && at_ != buffer_) status_ = write_(ctx_, buffer_, static_cast<std::size_t>(at_ - buffer_));
    refill();
  }

  /// BF_OK, BF_E_LIMIT when there was too much, or what the host answered. After a failure nothing more is handed over.
  bf_status status() const noexcept { return status_; }

 private:
  static constexpr std::size_t kBytes = 8192;

  // Invariant: left_ counts what may still come in behind room_end_.
  void refill() noexcept {
    const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(kBytes, left_ + unused()));
    left_ = left_ + unused() - room;
    at_ = buffer_;
    room_end_ = buffer_ + room;
  }
  std::uint64_t unused() const noexcept { return static_cast<std::uint64_t>(room_end_ - at_); }

  void appendSlowly(const char* p, std::size_t n) noexcept {
    if (status_ != BF_OK) return;
    if (n > left_ + unused()) {
      status_ = BF_E_LIMIT;
      return;
    }
    flush();
    if (n <= unused()) return append(p, n);
    left_ = left_ + unused() - n;
    room_end_ = at_;
    if (status_ == BF_OK) status_ = write_(ctx_, p, n);
    refill();
  }

  char buffer_[kBytes];  // not initialised on purpose
  char* at_ = buffer_;
  char* room_end_ = buffer_;
  bf_write write_;
  void* ctx_;
  std::uint64_t left_;
  bf_status status_ = BF_OK;
};

/// Appends text for an HTML context: & < > " ' become &amp; &lt; &gt; &quot; &#39;.
void appendHtml(Output& out, std::string_view text) noexcept;

}  // namespace belfry::mustache
