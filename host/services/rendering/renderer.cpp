#include "services/rendering/renderer.h"

namespace belfry {
namespace {

std::string describe(const TemplateRef& ref) {
  return "template '" + ref.key + "' version " + std::to_string(ref.version);
}

std::string where(const TemplateError& error) {
  if (error.line == 0) return error.message;
  return "line " + std::to_string(error.line) + ", column " + std::to_string(error.column) + ": " + error.message;
}

}  // namespace

Escape escapeFor(std::string_view field) { return field == "html" ? Escape::html : Escape::none; }

Renderer::Renderer(TemplateStore& store, TemplateEngines& engines) : store_(store), engines_(engines) {}

Result<Fields, RenderFailure> Renderer::render(TenantId tenant, const NotificationRequest& request, Channel channel) {
  if (!request.template_ref) {
    auto content = request.content.find(channel);
    return content == request.content.end() ? Fields{} : content->second;
  }
  const auto& ref = *request.template_ref;
  auto version = compiled(tenant, ref);
  if (!version) return failure(version.error());
  auto fields = (*version)->fields.find(channel);
  if (fields == (*version)->fields.end()) {
    return failure(RenderFailure{"channel_not_in_template",
                                 describe(ref) + " has no content for channel " + std::string(toText(channel))});
  }
  Fields rendered;
  for (const auto& [name, compiled_field] : fields->second) {
    auto text = compiled_field->render(request.data_json);
    if (!text)
      return failure(RenderFailure{"render_failed", describe(ref) + ", field '" + name + "': " + where(text.error())});
    rendered.emplace_back(name, std::move(text).value());
  }
  return rendered;
}

Result<std::shared_ptr<const Renderer::CompiledVersion>, RenderFailure> Renderer::compiled(TenantId tenant,
                                                                                           const TemplateRef& ref) {
  Key key{tenant, ref.key, ref.version, ref.language};
  {
    std::lock_guard lock(mutex_);
    auto cached = cache_.find(key);
    if (cached != cache_.end()) return cached->second;
  }
  auto fresh = compile(tenant, ref);
  if (fresh) {
    std::lock_guard lock(mutex_);
    if (cache_.size() >= kMostCached) cache_.erase(cache_.begin());
    cache_[key] = *fresh;
  }
  return fresh;
}

Result<std::shared_ptr<const Renderer::CompiledVersion>, RenderFailure> Renderer::compile(TenantId tenant,
                                                                                          const TemplateRef& ref) {
  auto found = store_.resolve(tenant, ref.key, ref.version, ref.language);
  if (!found) return failure(RenderFailure{"template_not_found", describe(ref) + " does not exist"});
  auto version = std::make_shared<CompiledVersion>();
  for (const auto& [channel, fields] : found->version.content) {
    for (const auto& [name, text] : fields) {
      auto made = engines_.compile(found->engine, ref.key + "/" + name, text, escapeFor(name));
      if (!made) {
        return failure(
            RenderFailure{"template_invalid", describe(ref) + ", field '" + name + "': " + where(made.error())});
      }
      version->fields[channel].emplace_back(name, std::move(made).value());
    }
  }
  return std::shared_ptr<const CompiledVersion>(std::move(version));
}

}  // namespace belfry
