// Calls that fail only when the library itself does, and text in and out of it.
#pragma once

#include <string_view>

#include "adapters/openssl/handles.h"

namespace belfry::openssl {

/// Throws CryptoError with the library's reason, which never holds key material, and empties its error queue.
[[noreturn]] void fail(const char* call);

inline void check(bool ok, const char* call) {
  if (!ok) fail(call);
}

inline const unsigned char* bytesOf(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}

/// Reads `text` in place: it must outlive the result.
BioHandle readerOf(std::string_view text);

}  // namespace belfry::openssl
