// Where the master key comes from.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "kit/crypto.h"

namespace belfry::pg {

/// Names the variable or file and what is allowed there. Never quotes the key.
class MasterKeyError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct MasterKeySettings {
  std::string environment = "BELFRY_MASTER_KEY";  ///< wins over the file when set and not empty
  std::filesystem::path file;                     ///< may be empty
  bool create_if_missing = false;                 ///< makes the file with a random key, mode 0600 (embedded profile)
};

/// 32 bytes, written as 64 hexadecimal digits or as base64; a file may end with a newline and must not be readable by
/// group or others. Throws MasterKeyError.
Key256 loadMasterKey(const MasterKeySettings& settings);

}  // namespace belfry::pg
