// A strict reader of small XML answers, as AWS's Query protocol gives them: elements, text, attributes that are
// skipped.
//
//   belfry::XmlDom xml;
//   if (!xml.parse(body)) …
//   std::string id = xml.root()["PublishResult"]["MessageId"].text();
//
// Hostile texts are harmless: no DTD (hence no entities but the five of XML 1.0 and character references), a limit on
// depth and on elements, no recursion. Comments and processing instructions are skipped; CDATA is text. Names are
// compared without their prefix.
#pragma once

#include <belfry/xml_reader.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace belfry {

/// A view of an element, or of nothing. Valid as long as its XmlDom.
class Xml {
 public:
  Xml() = default;
  Xml(const std::vector<XmlNode>& nodes, std::size_t at) : nodes_(&nodes), at_(at) {}
  bool exists() const { return nodes_ != nullptr; }
  std::string_view name() const { return exists() ? node().name : std::string_view(); }
  std::string_view text() const { return exists() ? std::string_view(node().text) : std::string_view(); }

  /// The first child of that name, or nothing.
  Xml operator[](std::string_view name) const {
    for (const Xml child : children())
      if (child.name() == name) return child;
    return {};
  }
  std::vector<Xml> children() const {
    std::vector<Xml> out;
    if (!exists()) return out;
    for (std::size_t i = at_ + 1; i < node().end; i = (*nodes_)[i].end) out.emplace_back(*nodes_, i);
    return out;
  }

 private:
  const XmlNode& node() const { return (*nodes_)[at_]; }
  const std::vector<XmlNode>* nodes_ = nullptr;
  std::size_t at_ = 0;
};

/// Owns what was read. The text must outlive it.
class XmlDom {
 public:
  /// One document; false for anything else, and root() is then nothing.
  bool parse(std::string_view text) {
    nodes_.clear();
    whole_ = XmlReader(text, nodes_).run();
    return whole_;
  }
  Xml root() const { return whole_ ? Xml(nodes_, 0) : Xml(); }

 private:
  std::vector<XmlNode> nodes_;
  bool whole_ = false;
};

}  // namespace belfry
