#include "adapters/openssl/library_calls.h"

#include <openssl/err.h>

#include <array>
#include <limits>
#include <string>

#include "kit/crypto.h"

namespace belfry::openssl {

void fail(const char* call) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw CryptoError(std::string(call) + " failed: " + reason.data());
}

BioHandle readerOf(std::string_view text) {
  check(text.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "BIO_new_mem_buf");
  BioHandle reader(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size())));
  check(reader != nullptr, "BIO_new_mem_buf");
  return reader;
}

}  // namespace belfry::openssl
