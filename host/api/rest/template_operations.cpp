#include "api/rest/template_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/template_json.h"
#include "services/rendering/renderer.h"

namespace belfry {
namespace {

constexpr std::size_t kMostBodyBytes = 4 * 1024 * 1024;
constexpr std::string_view kCursorKind = "t";

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string where(const TemplateError& error) {
  if (error.line == 0) return error.message;
  return "line " + std::to_string(error.line) + ", column " + std::to_string(error.column) + ": " + error.message;
}

/// Compiles every field, so that a template that cannot be rendered is never stored.
FieldErrors compileErrors(TemplateEngines& engines, const std::string& engine, const std::string& key,
                          const TemplateVersion& version) {
  FieldErrors errors;
  for (const auto& [channel, fields] : version.content) {
    for (const auto& [name, text] : fields) {
      auto compiled = engines.compile(engine, key + "/" + name, text, escapeFor(name));
      if (compiled) continue;
      errors.push_back({"/content/" + std::string(toText(channel)) + "/" + name, FieldErrorCode::malformed,
                        where(compiled.error()), shorten(text), "a valid " + engine + " template"});
    }
  }
  return errors;
}

Problem unknownTemplate(const std::string& key) { return notFound("there is no template '" + shorten(key) + "'"); }

/// What a file describes is changed in the file.
Result<Template, Problem> findChangeable(TemplateStore& store, const Call& call) {
  auto found = store.get(call.caller.tenant, call.params[0]);
  if (!found) return failure(unknownTemplate(call.params[0]));
  if (found->source == Source::file) {
    return failure(Problem{
        ErrorCode::state_conflict, "template '" + found->key + "' is described by a file; change it there", {}, 0});
  }
  return std::move(*found);
}

Answer shownTemplate(TemplateStore& store, const Call& call, const std::string& key, int status) {
  auto found = store.get(call.caller.tenant, key);
  if (!found) return failure(unknownTemplate(key));
  return jsonResponse(status, templateJson(*found));
}

Answer create(TemplateStore& store, TemplateEngines& engines, const Call& call) {
  auto draft = parseTemplate(call.request.body);
  if (!draft) return failure(std::move(draft).error());
  if (!engines.has(draft->engine)) {
    return failure(invalidFields({{"/engine", FieldErrorCode::not_found, "there is no template engine of this name",
                                   shorten(draft->engine), listed(engines.names())}}));
  }
  auto errors = compileErrors(engines, draft->engine, draft->key, draft->versions[0]);
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  auto created = store.create(call.caller.tenant, *draft);
  if (!created) {
    return failure(Problem{ErrorCode::conflict,
                           "there is a template '" + draft->key + "' already",
                           {{"/key", FieldErrorCode::duplicate, "is taken", draft->key, "a key that no template has"}},
                           0});
  }
  auto response = jsonResponse(201, templateJson(*created));
  response.headers.add("Location", "/api/v1/admin/templates/" + created->key);
  return response;
}

Answer addVersion(TemplateStore& store, TemplateEngines& engines, const Call& call) {
  auto draft = parseTemplateVersion(call.request.body);
  if (!draft) return failure(std::move(draft).error());
  auto found = findChangeable(store, call);
  if (!found) return failure(std::move(found).error());
  auto errors = compileErrors(engines, found->engine, found->key, *draft);
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  if (!store.addVersion(call.caller.tenant, found->key, *draft)) return failure(unknownTemplate(found->key));
  return shownTemplate(store, call, found->key, 201);
}

Answer publish(TemplateStore& store, TemplateResolver& resolver, const Call& call) {
  auto version = parsePublish(call.request.body);
  if (!version) return failure(std::move(version).error());
  auto found = findChangeable(store, call);
  if (!found) return failure(std::move(found).error());
  if (!store.publish(call.caller.tenant, found->key, *version)) {
    const auto newest = found->versions.empty() ? 0 : found->versions.front().version;
    return failure(invalidFields(
        {{"/version", FieldErrorCode::not_found, "there is no such version of template '" + found->key + "'",
          std::to_string(*version), "1 to " + std::to_string(newest)}}));
  }
  resolver.clear();
  return shownTemplate(store, call, found->key, 200);
}

Answer list(TemplateStore& store, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto found = store.list(call.caller.tenant, page->after, page->limit + 1);
  return jsonResponse(
      200, pageJson(
               found, page->limit, kCursorKind, [](const Template& item) { return item.key; }, writeTemplate));
}

}  // namespace

void addTemplateOperations(Router& router, TemplateStore& store, TemplateEngines& engines, TemplateResolver& resolver) {
  const std::string base = "/api/v1/admin/templates";
  router.add(lists(base, Scope::templates_read, [&store](const Call& call) { return list(store, call); }));
  router.add(takes(base, Scope::templates_write, kMostBodyBytes,
                   [&store, &engines](const Call& call) { return create(store, engines, call); }));
  router.add(reads(base + "/{key}", Scope::templates_read,
                   [&store](const Call& call) { return shownTemplate(store, call, call.params[0], 200); }));
  router.add(takes(base + "/{key}/versions", Scope::templates_write, kMostBodyBytes,
                   [&store, &engines](const Call& call) { return addVersion(store, engines, call); }));
  router.add(takes(base + "/{key}/publish", Scope::templates_write, 1024,
                   [&store, &resolver](const Call& call) { return publish(store, resolver, call); }));
}

}  // namespace belfry
