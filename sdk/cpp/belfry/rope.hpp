// Message bodies in pieces: bytes, attachments that the host streams in, and secrets that only the host knows.
#pragma once

#include <belfry/base.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

inline std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }
inline bf_str str(std::string_view s) { return {s.data(), s.size()}; }

/// A secret of the manifest by name; the host puts its value in on the wire. The name must outlive the segment.
inline bf_seg secretSegment(std::string_view name) { return {BF_SEG_SECRET, BF_XFORM_RAW, 0, str(name)}; }

/// Appends pieces; neighbouring bytes become one segment. Owns the bytes.
class Rope {
 public:
  Rope& bytes(std::string_view text) {
    if (text.empty()) return *this;
    if (pieces_.empty() || pieces_.back().kind != BF_SEG_BYTES)
      pieces_.push_back({BF_SEG_BYTES, BF_XFORM_RAW, 0, text_.size(), 0});
    text_ += text;
    pieces_.back().length += text.size();
    return *this;
  }

  /// An attachment by the handle of bf_attachment.blob.
  Rope& blob(std::uint64_t handle, std::int32_t xform) {
    pieces_.push_back({BF_SEG_BLOB, xform, handle, 0, 0});
    return *this;
  }

  Rope& secret(std::string_view name) {
    pieces_.push_back({BF_SEG_SECRET, BF_XFORM_RAW, 0, text_.size(), name.size()});
    text_ += name;
    return *this;
  }

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
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace belfry
