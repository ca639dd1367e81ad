#include "api/rest/router.h"

#include <algorithm>

namespace belfry {
namespace {

bool isParam(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return segments;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& wanted, const std::string& given) {
                      return isParam(wanted) ? !given.empty() : wanted == given;
                    });
}

std::string allowOf(const std::vector<const Operation*>& operations) {
  std::string allow;
  for (const auto* operation : operations) {
    allow += (allow.empty() ? "" : ", ") + operation->method;
    if (operation->method == "GET") allow += ", HEAD";
  }
  return allow;
}

}  // namespace

void Router::add(Operation operation) {
  operations_.push_back(std::move(operation));
  const auto& added = operations_.back();
  auto segments = split(added.path);
  auto path = std::find_if(paths_.begin(), paths_.end(), [&](const Path& known) { return known.segments == segments; });
  if (path == paths_.end()) {
    const auto params = std::count_if(segments.begin(), segments.end(), isParam);
    const auto literals = segments.size() - static_cast<std::size_t>(params);
    path = paths_.insert(paths_.end(), Path{std::move(segments), literals, {}});
  }
  path->operations.push_back(&added);
}

const Router::Path* Router::find(const std::vector<std::string>& segments) const {
  const Path* best = nullptr;
  for (const auto& path : paths_) {
    if ((best == nullptr || path.literals > best->literals) && fits(path.segments, segments)) best = &path;
  }
  return best;
}

RouteMatch Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  const auto* path = find(segments);
  if (path == nullptr) return {};
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  RouteMatch match;
  match.allow = allowOf(path->operations);
  for (const auto* operation : path->operations) {
    if (operation->method == wanted) match.operation = operation;
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (isParam(path->segments[i])) match.params.push_back(segments[i]);
  }
  return match;
}

std::vector<const Operation*> Router::operations() const {
  std::vector<const Operation*> all;
  for (const auto& operation : operations_) all.push_back(&operation);
  return all;
}

}  // namespace belfry
