// What `belfry send --batch` reads and remembers: the notifications of a file, and how far they were sent.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::cli {

/// The notifications of a JSON array or of lines of JSON (blank lines are left out), each as its text. Throws
/// UsageError with the place of what is no JSON object, and for a file without any.
std::vector<std::string> batchItems(std::string_view text);

struct BatchPosition {
  std::string file_sha256;      ///< of the bytes that are being sent, hexadecimal
  std::string idempotency_key;  ///< of send-batch
  std::string id;               ///< empty: send-batch was not answered yet
  std::string token;
  std::size_t chunks = 0;  ///< that were answered
};

/// Lies beside the file as FILE.batch from before the first request until the last chunk is answered, so that a break
/// at any time is mended by the same command again. Readable by its owner alone: it holds the batch's token.
class BatchMemory {
 public:
  explicit BatchMemory(const std::filesystem::path& file);

  /// The position that is remembered, else one to begin with. Throws CommandFailed when the file is another than then.
  BatchPosition recall(const std::string& file_sha256) const;
  /// Replaces what is remembered, in one step. Throws CommandFailed.
  void keep(const BatchPosition& position) const;
  void forget() const;

 private:
  const std::filesystem::path path_;
};

}  // namespace belfry::cli
