#include "compiler.h"

#include "unit_compiler.h"

#include <belfry/json_scan.hpp>

#include <algorithm>
#include <string>

namespace belfry::mustache {
namespace {

Compiled failed(Problem problem) { return {nullptr, std::move(problem)}; }

std::size_t validUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8SequenceLength(text.data() + at, text.data() + text.size());
    if (length == 0) break;
    at += length;
  }
  return at;
}

class ProgramCompiler {
 public:
  explicit ProgramCompiler(const Source& source) : source_(source), program_(std::make_unique<Program>()) {}

  Compiled run() {
    program_->name = source_.name;
    program_->escape_html = source_.escape_html;
    if (!small()) return failed(std::move(problem_));
    collectPartials();
    if (!unit(0, source_.text)) return failed(std::move(problem_));
    program_->end = static_cast<std::uint32_t>(program_->ops.size());
    if (!reachedPartials()) return failed(std::move(problem_));
    return {std::move(program_), {}};
  }

 private:
  bool small() {
    std::size_t bytes = source_.text.size();
    for (const auto& [name, text] : source_.partials) bytes += name.size() + text.size();
    if (bytes <= kMaxTemplateBytes) return true;
    problem_ = {BF_E_LIMIT, 0, 0,
                describeUnit(*program_, 0) + ": it and its partials have " + std::to_string(bytes) +
                    " bytes; allowed are " + std::to_string(kMaxTemplateBytes)};
    return false;
  }

  // Sorted for look-up by name while rendering; of two of one name the first counts.
  void collectPartials() {
    texts_ = source_.partials;
    std::stable_sort(texts_.begin(), texts_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    texts_.erase(std::unique(texts_.begin(), texts_.end(), same), texts_.end());
    for (const auto& [name, text] : texts_) {
      shared_.partials.emplace(name, static_cast<std::uint32_t>(program_->partials.size()));
      program_->partials.push_back({std::string(name), kNone, 0});
    }
    shared_.is_wanted.resize(texts_.size());
  }

  bool reachedPartials() {
    for (;;) {
      if (shared_.all_wanted) wantAll();
      if (shared_.wanted.empty()) return true;
      const std::uint32_t next = shared_.wanted.back();
      shared_.wanted.pop_back();
      program_->partials[next].entry = static_cast<std::uint32_t>(program_->ops.size());
      if (!unit(next + 1, texts_[next].second)) return false;
      program_->partials[next].end = static_cast<std::uint32_t>(program_->ops.size());
    }
  }

  void wantAll() {
    shared_.all_wanted = false;
    for (std::uint32_t i = 0; i < shared_.is_wanted.size(); ++i) {
      if (!shared_.is_wanted[i]) shared_.wanted.push_back(i);
      shared_.is_wanted[i] = true;
    }
  }

  bool unit(std::uint32_t number, std::string_view text) {
    const std::size_t valid = validUtf8(text);
    if (valid < text.size()) return notUtf8(number, text.substr(0, valid));
    UnitCompiler compiler(*program_, shared_, number, text);
    if (compiler.run()) return true;
    problem_ = compiler.problem();
    return false;
  }

  bool notUtf8(std::uint32_t number, std::string_view valid) {
    const std::size_t line_begin = valid.rfind('\n') + 1;  // npos + 1 is 0
    const auto line = std::count(valid.begin(), valid.end(), '\n') + 1;
    problem_ = {BF_E_INVALID, static_cast<std::uint32_t>(line),
                static_cast<std::uint32_t>(valid.size() - line_begin + 1),
                describeUnit(*program_, number) + ": the text is not UTF-8"};
    return false;
  }

  const Source& source_;
  std::unique_ptr<Program> program_;
  std::vector<std::pair<std::string_view, std::string_view>> texts_;
  Shared shared_;
  Problem problem_;
};

}  // namespace

Compiled compile(const Source& source) { return ProgramCompiler(source).run(); }

}  // namespace belfry::mustache
