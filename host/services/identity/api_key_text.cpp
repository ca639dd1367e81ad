#include "services/identity/api_key_text.h"

#include "kit/crypto.h"

namespace belfry {
namespace {

constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIdSize = 16;
constexpr std::size_t kSecretSize = 40;

/// Bytes from 252 on are thrown away: 252 is 7 times 36, so that every letter is equally likely.
std::string randomLetters(std::size_t count) {
  constexpr unsigned kFair = 252;
  std::string letters;
  while (letters.size() < count) {
    for (const unsigned char byte : randomBytes(count)) {
      if (byte < kFair && letters.size() < count) letters += kLetters[byte % kLetters.size()];
    }
  }
  return letters;
}

}  // namespace

std::string ApiKeyText::text() const { return apiKeyPrefix(public_id) + "_" + secret; }

ApiKeyText mintApiKey() { return {randomLetters(kIdSize), randomLetters(kSecretSize)}; }

std::string apiKeyPrefix(std::string_view public_id) { return "bk_live_" + std::string(public_id); }

}  // namespace belfry
