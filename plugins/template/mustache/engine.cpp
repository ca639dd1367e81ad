#include "engine.h"

#include "compiler.h"
#include "renderer.h"

#include <belfry/template_plugin.hpp>

#include <stdexcept>

namespace belfry::mustache {
namespace {

constexpr std::size_t kMaxDataDepth = 128;  // arrays and objects of the data within each other

bf_status report(const Problem& problem, bf_template_error& error) {
  error.line = problem.line;
  error.column = problem.column;
  copyText(problem.text, error.text, sizeof error.text);
  return problem.status;
}

Limits limitsOf(const bf_render& request) {
  Limits limits;
  if (request.max_depth > 0) limits.max_depth = request.max_depth;
  if (request.max_output > 0) limits.max_output = request.max_output;
  if (request.max_steps > 0) limits.max_steps = request.max_steps;
  return limits;
}

Problem badData(const Program& program, const JsonReadError& error) {
  return {BF_E_INVALID, 0, 0,
          "data for " + describeUnit(program, 0) + ": not JSON at byte " + std::to_string(error.offset) + ": " +
              error.message};
}

}  // namespace

Engine::Engine(Json config) {
  if (!config.isObject()) throw std::invalid_argument("the config must be an object");
  for (const JsonMember setting : config.members())
    throw std::invalid_argument("unknown setting " + quoted(setting.name) + ": mustache has no settings");
}

bf_status Engine::compile(const bf_source& source, std::unique_ptr<Program>& out, bf_template_error& error) const {
  Source input;
  input.name = viewOf(source.name);
  input.text = viewOf(source.text);
  input.escape_html = source.escape != BF_ESCAPE_NONE;
  input.partials.reserve(source.n_partials);
  for (std::size_t i = 0; i < source.n_partials; ++i)
    input.partials.emplace_back(viewOf(source.partials[i].key), viewOf(source.partials[i].value));
  if (source.escape != BF_ESCAPE_HTML && source.escape != BF_ESCAPE_NONE)
    return report(
        {BF_E_UNSUPPORTED, 0, 0, "escape mode " + std::to_string(source.escape) + " is not known; known are 0 and 1"},
        error);
  Compiled compiled = mustache::compile(input);
  if (!compiled.program) return report(compiled.problem, error);
  out = std::move(compiled.program);
  return BF_OK;
}

bf_status Engine::render(const Program& program, const bf_render& request, bf_template_error& error) const {
  if (!request.write) return report({BF_E_INVALID, 0, 0, "the request has no write function"}, error);
  JsonDom data;
  if (!data.parse(viewOf(request.data_json), kMaxDataDepth)) return report(badData(program, data.error()), error);
  const Limits limits = limitsOf(request);
  Output out(request.write, request.ctx, limits.max_output);
  Renderer renderer(program, limits, out);
  return renderer.run(data.root()) ? BF_OK : report(renderer.problem(), error);
}

bf_status Engine::variables(const Program& program, bf_write write, void* ctx) const {
  for (const std::string_view name : topLevelNames(program)) {
    const bf_status status = write(ctx, name.data(), name.size());
    if (status != BF_OK) return status;
  }
  return BF_OK;
}

}  // namespace belfry::mustache
