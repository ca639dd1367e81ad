// Seeded, bounded mutation of texts for tests that look for crashes and broken promises.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::test {

/// Changes texts a little: bytes flipped, pieces cut, doubled or moved, words of the language put in. The same seed
/// makes the same changes on every machine.
class Mutator {
 public:
  Mutator(std::uint32_t seed, std::vector<std::string> words) : random_(seed), words_(std::move(words)) {}

  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  std::string mutate(std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text);
    return text;
  }

 private:
  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t size = below(std::min<std::size_t>(text.size() - at, 12) + 1);
    switch (below(6)) {
      case 0: text.erase(at, size); break;
      case 1: text.insert(below(text.size() + 1), text.substr(at, size)); break;
      case 2: text.insert(at, words_[below(words_.size())]); break;
      case 3: text.replace(at, size, words_[below(words_.size())]); break;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << below(8)));
        break;
      default: text.insert(at, 1, static_cast<char>(below(256)));
    }
  }

  std::mt19937 random_;
  std::vector<std::string> words_;
};

}  // namespace belfry::test
