#include "app/config/yaml_document.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <regex>
#include <set>

#include "adapters/jsonschema/schema_walk.h"
#include "kit/json.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostLevels = 64;
constexpr std::uintmax_t kLargestFile = 8 * 1024 * 1024;

/// Thrown and caught inside this file only.
struct Refusal {
  int line;
  std::string message;
};

// RFC 8259 §6.
bool isJsonNumber(const std::string& text) {
  static const std::regex kNumber(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)");
  return text.size() < 64 && std::regex_match(text, kNumber);
}

int lineOf(const YAML::Node& node) { return node.Mark().line + 1; }

// Writes one YAML node as JSON and notes the line of every place.
class Converter {
 public:
  explicit Converter(std::map<std::string, int, std::less<>>& lines) : lines_(lines) {}

  void convert(const YAML::Node& node) {
    enter(node);
    if (node.IsMap()) convertMap(node);
    else if (node.IsSequence()) convertSequence(node);
    else if (node.IsScalar()) convertScalar(node);
    else writer_.value(nullptr);
  }

  std::string take() { return writer_.take(); }

 private:
  void enter(const YAML::Node& node) {
    lines_[schema::pointerOf(path_)] = lineOf(node);
    if (++nodes_ > kMostNodes) throw Refusal{lineOf(node), "has more than " + std::to_string(kMostNodes) + " nodes"};
    if (path_.size() > kMostLevels)
      throw Refusal{lineOf(node), "is nested deeper than " + std::to_string(kMostLevels) + " levels"};
    const std::string& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Refusal{lineOf(node), "uses the tag " + tag + "; tags are not allowed"};
  }

  void convertMap(const YAML::Node& node) {
    std::set<std::string> seen;
    writer_.object([&] {
      for (const auto& member : node) {
        if (!member.first.IsScalar()) throw Refusal{lineOf(member.first), "has a key that is not text"};
        const std::string name = member.first.Scalar();
        if (!seen.insert(name).second) throw Refusal{lineOf(member.first), "has the key \"" + name + "\" twice"};
        writer_.key(name);
        convertBelow(name, member.second);
      }
    });
  }

  void convertSequence(const YAML::Node& node) {
    writer_.array([&] {
      std::size_t index = 0;
      for (const auto& item : node) convertBelow(std::to_string(index++), item);
    });
  }

  void convertBelow(const std::string& step, const YAML::Node& node) {
    path_.push_back(step);
    convert(node);
    path_.pop_back();
  }

  void convertScalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    const bool plain = node.Tag() == "?";
    if (plain && (text == "true" || text == "True" || text == "TRUE")) writer_.value(true);
    else if (plain && (text == "false" || text == "False" || text == "FALSE")) writer_.value(false);
    else if (plain && isJsonNumber(text)) writer_.rawValue(text);
    else writer_.value(std::string_view(text));
  }

  std::map<std::string, int, std::less<>>& lines_;
  JsonWriter writer_;
  schema::Path path_;
  std::size_t nodes_ = 0;
};

YAML::Node onlyDocument(std::string_view text) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
  if (documents.size() > 1) throw Refusal{lineOf(documents[1]), "has more than one YAML document"};
  return documents.empty() ? YAML::Node() : documents.front();
}

int lineOfOffset(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

ConfigError refused(const std::string& source, int line, std::string message) {
  return {"", "", "", source + ":" + std::to_string(line), std::move(message)};
}

}  // namespace

Result<YamlDocument, ConfigError> YamlDocument::parse(std::string_view text, const std::string& source) {
  if (const std::size_t valid = validUtf8Prefix(text); valid < text.size()) {
    return failure(refused(source, lineOfOffset(text, valid), "is not valid UTF-8"));
  }
  YamlDocument document;
  document.source_ = source;
  try {
    const YAML::Node root = onlyDocument(text);
    if (!root || root.IsNull()) {
      document.json_ = "{}";
      return document;
    }
    Converter converter(document.lines_);
    converter.convert(root);
    document.json_ = converter.take();
    return document;
  } catch (const YAML::Exception& error) {
    return failure(refused(source, error.mark.line + 1, "is not YAML: " + error.msg));
  } catch (const Refusal& refusal) {
    return failure(refused(source, refusal.line, refusal.message));
  }
}

std::string YamlDocument::sourceOf(std::string_view pointer) const {
  for (;;) {
    if (const auto found = lines_.find(pointer); found != lines_.end())
      return source_ + ":" + std::to_string(found->second);
    if (pointer.empty()) return source_;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
}

Result<YamlDocument, std::vector<ConfigError>> parseChecked(std::string_view text, const std::string& source,
                                                            const JsonSchema& schema) {
  auto document = YamlDocument::parse(text, source);
  if (!document) return failure(std::vector{document.error()});
  std::vector<ConfigError> errors;
  for (const SchemaViolation& violation : schema.check(document->json())) {
    errors.push_back(toConfigError(violation, document->sourceOf(violation.pointer)));
  }
  if (!errors.empty()) return failure(std::move(errors));
  return std::move(*document);
}

Result<std::string, ConfigError> readConfigFile(const std::filesystem::path& path) {
  const auto unreadable = [&](std::string reason) {
    return failure(ConfigError{"", "", "", path.string(), std::move(reason)});
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return unreadable("cannot be read: no such file");
  if (!std::filesystem::is_regular_file(status)) return unreadable("cannot be read: not a regular file");
  if (const auto size = std::filesystem::file_size(path, error); !error && size > kLargestFile) {
    return unreadable("is larger than " + std::to_string(kLargestFile) + " bytes");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(std::string("cannot be read: ") + std::strerror(errno));
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return unreadable("cannot be read");
  return text;
}

}  // namespace belfry
