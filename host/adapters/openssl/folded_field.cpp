#include "adapters/openssl/folded_field.h"

namespace belfry::openssl {
namespace {

constexpr std::size_t kLineWidth = 78;

}  // namespace

FoldedField::FoldedField(std::string_view name)
    : text_(std::string(name) + ":"), value_at_(text_.size()), width_(text_.size()) {}

void FoldedField::newLine() {
  text_ += "\r\n\t";
  width_ = 1;
}

void FoldedField::appendWord(std::string_view word) {
  if (width_ + 1 + word.size() > kLineWidth) newLine();
  else append(" ");
  append(word);
}

void FoldedField::append(std::string_view piece) {
  if (width_ + piece.size() > kLineWidth && width_ > 1) newLine();
  text_ += piece;
  width_ += piece.size();
}

void FoldedField::appendCut(std::string_view text) {
  while (!text.empty()) {
    if (width_ >= kLineWidth) newLine();
    const auto piece = text.substr(0, kLineWidth - width_);
    append(piece);
    text.remove_prefix(piece.size());
  }
}

}  // namespace belfry::openssl
