// The text of an API key: `bk_live_<id16>_<secret40>`. The id finds the stored row, the secret proves it and is kept
// nowhere.
#pragma once

#include <string>
#include <string_view>

namespace belfry {

struct ApiKeyText {
  std::string public_id;  ///< 16 of 0-9a-z
  std::string secret;     ///< 40 of 0-9a-z: 206 bits

  std::string text() const;
};

/// A new key from the system's generator.
ApiKeyText mintApiKey();

/// What is shown of a key whose secret is gone: `bk_live_<id16>`.
std::string apiKeyPrefix(std::string_view public_id);

}  // namespace belfry
