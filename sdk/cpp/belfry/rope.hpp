// Text in pieces: bytes, attachments that the host streams in, secrets and tokens that only the host knows, and what
// the host computes.
#pragma once

#include <belfry/base.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

inline std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }
inline bf_str str(std::string_view s) { return {s.data(), s.size()}; }

/// A secret of the manifest by name, or "name#/pointer" into one that is a JSON document; the host puts its value in on
/// the wire. The name must outlive the segment.
inline bf_seg secretSegment(std::string_view name, std::int32_t xform = BF_XFORM_RAW) {
  return {BF_SEG_SECRET, xform, 0, str(name)};
}

/// Appends pieces; neighbouring bytes become one segment. Owns the bytes. Anything that takes a Rope takes plain text.
class Rope {
 public:
  Rope() = default;
  Rope(std::string_view text) { bytes(text); }
  Rope(const std::string& text) { bytes(text); }
  Rope(const char* text) { bytes(text); }

  Rope& bytes(std::string_view text) {
    if (text.empty()) return *this;
    if (pieces_.empty() || pieces_.back().kind != BF_SEG_BYTES)
      pieces_.push_back({BF_SEG_BYTES, BF_XFORM_RAW, 0, text_.size(), 0});
    text_ += text;
    pieces_.back().length += text.size();
    return *this;
  }

  /// An attachment by the handle of bf_attachment.blob.
  Rope& blob(std::uint64_t handle, std::int32_t xform) { return piece(BF_SEG_BLOB, xform, handle, {}); }
  /// See secretSegment.
  Rope& secret(std::string_view name, std::int32_t xform = BF_XFORM_RAW) {
    return piece(BF_SEG_SECRET, xform, 0, name);
  }
  /// A token that ChannelOp::token has brought.
  Rope& token(std::string_view key) { return piece(BF_SEG_TOKEN, BF_XFORM_RAW, 0, key); }
  /// What the host computes: an index that HttpRequest::make gave.
  Rope& made(std::size_t index, std::int32_t xform = BF_XFORM_RAW) { return piece(BF_SEG_MADE, xform, index, {}); }
  /// Another rope's pieces behind these.
  Rope& append(const Rope& other) {
    for (const auto& p : other.pieces_) {
      const std::string_view text(other.text_.data() + p.offset, p.length);
      if (p.kind == BF_SEG_BYTES) bytes(text);
      else piece(p.kind, p.xform, p.blob, text);
    }
    return *this;
  }

  bool empty() const { return pieces_.empty(); }

  /// Views of this rope: valid until it changes or moves.
  std::vector<bf_seg> segments() const {
    std::vector<bf_seg> out;
    out.reserve(pieces_.size());
    for (const auto& p : pieces_) out.push_back({p.kind, p.xform, p.blob, {text_.data() + p.offset, p.length}});
    return out;
  }

 private:
  struct Piece {
    std::int32_t kind;
    std::int32_t xform;
    std::uint64_t blob;
    std::size_t offset;
    std::size_t length;
  };

  Rope& piece(std::int32_t kind, std::int32_t xform, std::uint64_t blob, std::string_view text) {
    pieces_.push_back({kind, xform, blob, text_.size(), text.size()});
    text_ += text;
    return *this;
  }

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace belfry
