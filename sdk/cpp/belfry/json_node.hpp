// The nodes behind belfry::Json, and how a member is found. Use json.hpp; this is its inside.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace belfry {

enum class JsonKind : std::uint32_t { null, no, yes, number, string, array, object };

/// Objects up to this size are searched from front to back, larger ones by their index.
inline constexpr std::uint32_t kJsonLinearMembers = 16;
/// 28 bits count the nodes, and a text of n bytes has at most n/2 + 1 values.
inline constexpr std::size_t kJsonMaxText = std::size_t{1} << 28;
inline constexpr std::uint32_t kJsonNoNode = (1U << 28) - 1;

/// One value, or one member name (a string). Object: name, value, name, value, …, then the index if it has one.
struct JsonNode {
  const char* text;         ///< string, number: the first byte
  std::uint32_t size;       ///< bytes, elements or members
  std::uint32_t kind : 4;   ///< JsonKind
  std::uint32_t skip : 28;  ///< nodes of this value, itself and its index included (while open: its parent)
};
static_assert(sizeof(JsonNode) == 16);

struct JsonReadError {
  std::size_t offset;   ///< byte of the text where reading stopped
  const char* message;  ///< what is wrong; static text; nullptr: nothing
};

struct JsonFree {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

/// Memory of one JsonDom. Plain malloc: the nodes are trivial, and realloc may grow them in place.
struct JsonBuffers {
  std::unique_ptr<JsonNode[], JsonFree> nodes;
  std::uint32_t capacity = 0;
  std::unique_ptr<char[], JsonFree> unescaped;
  std::size_t unescaped_capacity = 0;
};

inline const JsonNode* nextJsonName(const JsonNode* name) noexcept { return name + 1 + name[1].skip; }

/// The order of the index: by length, then by bytes.
inline int compareJsonNames(const char* a, std::size_t a_size, const char* b, std::size_t b_size) noexcept {
  if (a_size != b_size) return a_size < b_size ? -1 : 1;
  return a_size == 0 ? 0 : std::memcmp(a, b, a_size);
}

/// Index slots are 4 bytes, four to a node.
inline std::uint32_t jsonIndexNodes(std::uint32_t members) noexcept {
  return members > kJsonLinearMembers ? (members + 3) / 4 : 0;
}

inline const JsonNode* findJsonMemberByIndex(const JsonNode* object, std::string_view name) noexcept {
  const char* index = reinterpret_cast<const char*>(object + object->skip - jsonIndexNodes(object->size));
  std::uint32_t low = 0;
  std::uint32_t high = object->size;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    std::uint32_t place;
    std::memcpy(&place, index + middle * sizeof place, sizeof place);
    const JsonNode* found = object + place;
    const int order = compareJsonNames(found->text, found->size, name.data(), name.size());
    if (order == 0) return found + 1;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return nullptr;
}

/// The value of a member of an object node, or nullptr.
inline const JsonNode* findJsonMember(const JsonNode* object, std::string_view name) noexcept {
  if (object->size > kJsonLinearMembers) return findJsonMemberByIndex(object, name);
  const JsonNode* at = object + 1;
  for (std::uint32_t left = object->size; left > 0; --left) {
    if (at->size == name.size() && (name.empty() || std::memcmp(at->text, name.data(), name.size()) == 0))
      return at + 1;
    at = nextJsonName(at);
  }
  return nullptr;
}

inline unsigned jsonNameClass(const JsonNode& name) noexcept {
  if (name.size == 0) return 0;
  const auto byte = [&](std::uint32_t i) { return static_cast<unsigned char>(name.text[i]); };
  return (name.size * 7U + byte(0) * 3U + byte(name.size / 2) * 5U + byte(name.size - 1)) & 63U;
}

/// Whether no two names of an object are equal; for few members. A name is compared with the ones before it only when
/// one of them fell into the same of 64 classes.
inline bool fewJsonNamesDiffer(const JsonNode* object) noexcept {
  const JsonNode* const first = object + 1;
  std::uint64_t seen = 0;
  const JsonNode* name = first;
  for (std::uint32_t left = object->size; left > 0; --left, name = nextJsonName(name)) {
    const std::uint64_t bit = std::uint64_t{1} << jsonNameClass(*name);
    for (const JsonNode* other = seen & bit ? first : name; other != name; other = nextJsonName(other))
      if (compareJsonNames(other->text, other->size, name->text, name->size) == 0) return false;
    seen |= bit;
  }
  return true;
}

/// Fills the index of an object: the places of its names, relative to it, in order. False when two names are equal.
inline bool sortJsonIndex(const JsonNode* object, std::uint32_t* places) noexcept {
  const JsonNode* name = object + 1;
  for (std::uint32_t i = 0; i < object->size; ++i, name = nextJsonName(name))
    places[i] = static_cast<std::uint32_t>(name - object);
  const auto order = [object](std::uint32_t a, std::uint32_t b) {
    return compareJsonNames(object[a].text, object[a].size, object[b].text, object[b].size);
  };
  std::uint32_t* const end = places + object->size;
  std::sort(places, end, [&](std::uint32_t a, std::uint32_t b) { return order(a, b) < 0; });
  return std::adjacent_find(places, end, [&](std::uint32_t a, std::uint32_t b) { return order(a, b) == 0; }) == end;
}

}  // namespace belfry
