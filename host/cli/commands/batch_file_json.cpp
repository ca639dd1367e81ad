#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "cli/commands/batch_file.h"
#include "cli/failures.h"
#include "cli/input_text.h"
#include "cli/text_table.h"
#include "kit/crypto.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw UsageError("--batch: " + where + ": " + what + "; allowed: a JSON array of sends, or one send a line");
}

std::vector<std::string> itemsOfArray(std::string_view text) {
  const auto json = parseJson(text);
  if (!json) {
    const auto place = placeOf(text, json.error().offset);
    refuse("line " + std::to_string(place.line) + ", column " + std::to_string(place.column), json.error().message);
  }
  std::vector<std::string> items;
  for (const auto& item : json->GetArray()) {
    if (!item.IsObject()) refuse("item " + std::to_string(items.size()), "is no object");
    items.push_back(toJsonText(item));
  }
  return items;
}

std::vector<std::string> itemsOfLines(std::string_view text) {
  std::vector<std::string> items;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.find_first_not_of(kBlank) == std::string_view::npos) continue;
    const auto json = parseJson(item);
    if (!json) refuse("line " + std::to_string(line), json.error().message);
    if (!json->IsObject()) refuse("line " + std::to_string(line), "is no object");
    items.emplace_back(item);
  }
  return items;
}

std::string textAt(const JsonValue& json, std::string_view name) {
  const auto* value = memberAt(json, name);
  return value && value->IsString() ? std::string(asView(*value)) : std::string();
}

std::string toJson(const BatchPosition& position) {
  JsonWriter json;
  json.object([&] {
    json.member("file", position.file_sha256);
    json.member("idempotencyKey", position.idempotency_key);
    json.member("batchId", position.id);
    json.member("batchToken", position.token);
    json.member("chunks", position.chunks);
  });
  return json.take() + "\n";
}

}  // namespace

std::vector<std::string> batchItems(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  auto items = begin != std::string_view::npos && text[begin] == '[' ? itemsOfArray(text) : itemsOfLines(text);
  if (items.empty()) refuse("the file", "holds no notification");
  return items;
}

BatchMemory::BatchMemory(const std::filesystem::path& file) : path_(file.string() + ".batch") {}

BatchPosition BatchMemory::recall(const std::string& file_sha256) const {
  std::ifstream in(path_, std::ios::binary);
  if (!in) {
    constexpr std::size_t kKeyBytes = 16;
    return {file_sha256, "belfry-batch-" + toHex(randomBytes(kKeyBytes)), "", "", 0};
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto json = parseJson(text);
  const auto* chunks = json ? memberAt(*json, "chunks") : nullptr;
  if (chunks == nullptr || !chunks->IsUint64())
    throw CommandFailed(path_.string() + " is not what a batch left behind");
  if (textAt(*json, "file") != file_sha256) {
    throw CommandFailed("the file has changed since its batch was begun; remove " + path_.string() +
                        " to send all of it as a new batch");
  }
  return {file_sha256, textAt(*json, "idempotencyKey"), textAt(*json, "batchId"), textAt(*json, "batchToken"),
          chunks->GetUint64()};
}

void BatchMemory::keep(const BatchPosition& position) const {
  const auto fresh = path_.string() + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  std::error_code error;
  std::filesystem::permissions(fresh, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  if (!error) {
    out << toJson(position);
    out.close();
  }
  if (!error && out) std::filesystem::rename(fresh, path_, error);
  if (error || !out) throw CommandFailed("cannot write " + path_.string() + ", which a break would need");
}

void BatchMemory::forget() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (error) throw CommandFailed("cannot remove " + path_.string() + ": " + error.message());
}

}  // namespace belfry::cli
