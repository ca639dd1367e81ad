// Text to nodes. Use json.hpp; this is its inside.
//
// One loop without recursion: while a container is open, its node's `skip` holds the index of its parent, so the nodes
// are their own stack and a deep text cannot overflow anything.
#pragma once

#include <belfry/json_node.hpp>
#include <belfry/json_strings.hpp>

namespace belfry {

class JsonParser : private JsonStringReader {
 public:
  JsonParser(std::string_view text, std::size_t max_depth, JsonBuffers& buffers, JsonReadError& error) noexcept
      : JsonStringReader(text, buffers, error), max_depth_(max_depth) {}

  bool run() noexcept {
    error_ = {0, nullptr};
    if (end_ - begin_ >= static_cast<std::ptrdiff_t>(kJsonMaxText)) return fail("the text has 256 MiB or more");
    skipSpace();
    if (!value()) return false;
    while (open_ != kJsonNoNode)
      if (!step()) return false;
    skipSpace();
    return at_ == end_ || fail("expected the end of the text");
  }

 private:
  void skipSpace() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // One element or member of the open container, or its end.
  bool step() noexcept {
    JsonNode& container = buffers_.nodes[open_];
    const bool object = container.kind == static_cast<std::uint32_t>(JsonKind::object);
    skipSpace();
    if (peek() == (object ? '}' : ']')) return close(object);
    if (container.size > 0) {
      if (peek() != ',') return fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
      ++at_;
      skipSpace();
    }
    ++container.size;
    return object ? member() : value();
  }

  bool member() noexcept {
    if (peek() != '"') return fail("expected a member name in quotes");
    if (!string()) return false;
    skipSpace();
    if (peek() != ':') return fail("expected ':'");
    ++at_;
    skipSpace();
    return value();
  }

  bool value() noexcept {
    switch (peek()) {
      case '"': return string();
      case '{': return open(JsonKind::object);
      case '[': return open(JsonKind::array);
      case 't': return literal("true", JsonKind::yes);
      case 'f': return literal("false", JsonKind::no);
      case 'n': return literal("null", JsonKind::null);
      default: return number();
    }
  }

  bool literal(std::string_view word, JsonKind kind) noexcept {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word)
      return fail("expected a value");
    if (!push(kind, at_, word.size())) return false;
    at_ += word.size();
    return true;
  }

  bool digits() noexcept {
    const char* first = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != first;
  }

  bool number() noexcept {
    const char* first = at_;
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    if (zero) ++at_;
    else if (!digits()) return fail(at_ == first ? "expected a value" : "expected a digit");
    if (zero && peek() >= '0' && peek() <= '9') return fail("a number has no leading zeros");
    if (peek() == '.' && (++at_, !digits())) return fail("expected a digit");
    if ((peek() | 0x20) == 'e') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return fail("expected a digit");
    }
    return push(JsonKind::number, first, static_cast<std::size_t>(at_ - first));
  }

  bool string() noexcept {
    std::string_view text;
    return readString(text) && push(JsonKind::string, text.data(), text.size());
  }

  bool open(JsonKind kind) noexcept {
    if (++depth_ > max_depth_) return fail("arrays and objects are nested too deep");
    const std::uint32_t parent = open_;
    if (!push(kind, nullptr, 0)) return false;
    open_ = count_ - 1;
    buffers_.nodes[open_].skip = parent;
    ++at_;
    return true;
  }

  bool close(bool object) noexcept {
    const std::uint32_t closed = open_;
    if (object && buffers_.nodes[closed].size > 1 && !uniqueMembers(closed)) return false;
    open_ = buffers_.nodes[closed].skip;
    buffers_.nodes[closed].skip = count_ - closed;
    --depth_;
    ++at_;
    return true;
  }

  bool uniqueMembers(std::uint32_t object) noexcept {
    const std::uint32_t members = buffers_.nodes[object].size;
    const std::uint32_t index = count_;
    for (std::uint32_t i = jsonIndexNodes(members); i > 0; --i)
      if (!push(JsonKind::null, nullptr, 0)) return false;
    const JsonNode* const node = &buffers_.nodes[object];
    const bool unique = members > kJsonLinearMembers
                            ? sortJsonIndex(node, reinterpret_cast<std::uint32_t*>(&buffers_.nodes[index]))
                            : fewJsonNamesDiffer(node);
    return unique || fail("an object has two members of one name");
  }

  bool push(JsonKind kind, const char* text, std::size_t size) noexcept {
    if (count_ == buffers_.capacity && !grow()) return false;
    JsonNode& node = buffers_.nodes[count_++];
    node.text = text;
    node.size = static_cast<std::uint32_t>(size);
    node.kind = static_cast<std::uint32_t>(kind);
    node.skip = 1;
    return true;
  }

  bool grow() noexcept {
    const std::size_t guess = static_cast<std::size_t>(end_ - begin_) / 16 + 16;
    const std::size_t wanted = buffers_.capacity ? std::size_t{buffers_.capacity} * 2 : guess;
    if (wanted >= kJsonNoNode && buffers_.capacity >= kJsonNoNode - 1) return fail("the text has too many values");
    const std::size_t capacity = std::min<std::size_t>(wanted, kJsonNoNode - 1);
    void* moved = std::realloc(static_cast<void*>(buffers_.nodes.get()), capacity * sizeof(JsonNode));
    if (!moved) return fail("out of memory");
    (void)buffers_.nodes.release();
    buffers_.nodes.reset(static_cast<JsonNode*>(moved));
    buffers_.capacity = static_cast<std::uint32_t>(capacity);
    return true;
  }

  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::uint32_t open_ = kJsonNoNode;
  std::uint32_t count_ = 0;
};

}  // namespace belfry
