// A template engine that does what the template's text says.
#include <belfry/template.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "entry.h"

namespace {

bool is(const std::string& text, const char* word) { return text == word; }

bf_status create(const bf_host*, bf_str, bf_engine** out, char* err, size_t cap) {
#ifdef CREATE_FAILS
  (void)out;
  std::strncpy(err, "this engine never starts", cap);
  return BF_E_INTERNAL;
#else
  (void)err, (void)cap;
  *out = reinterpret_cast<bf_engine*>(new int(1));
  return BF_OK;
#endif
}
void destroy(bf_engine* engine) { delete reinterpret_cast<int*>(engine); }

bf_status compile(bf_engine*, const bf_source* source, bf_template** out, bf_template_error* error) {
  std::string text(source->text.p, source->text.n);
  if (is(text, "compile throws")) throw std::runtime_error("no compiler");
  if (is(text, "compile makes nothing")) return BF_OK;
  if (is(text, "error without end")) {
    std::memset(error->text, 'e', sizeof error->text);
    error->line = 3;
    error->column = 7;
    return BF_E_INVALID;
  }
  if (is(text, "error without text")) return BF_E_INVALID;
  *out = reinterpret_cast<bf_template*>(new std::string(text));
  return BF_OK;
}
void release(bf_engine*, bf_template* compiled) {
  auto* text = reinterpret_cast<std::string*>(compiled);
  bool throws = is(*text, "release throws");
  delete text;
  if (throws) throw std::runtime_error("cannot let go");
}

bf_status render(bf_engine*, const bf_template* compiled, const bf_render* request, bf_template_error*) {
  const auto& text = *reinterpret_cast<const std::string*>(compiled);
  if (is(text, "render throws")) throw 5;
  if (is(text, "writes nowhere")) {
    request->write(request->ctx, nullptr, 5);
    return BF_OK;
  }
  if (is(text, "never stops writing")) {
    std::string piece(1 << 20, 'x');
    for (int i = 0; i < 100; ++i) request->write(request->ctx, piece.data(), piece.size());
    return BF_OK;
  }
  if (is(text, "half")) {
    request->write(request->ctx, "half", 4);
    return BF_E_LIMIT;
  }
  request->write(request->ctx, nullptr, 0);
  return request->write(request->ctx, text.data(), text.size());
}

bf_status variables(bf_engine*, const bf_template* compiled, bf_write write, void* ctx) {
  const auto& text = *reinterpret_cast<const std::string*>(compiled);
  if (is(text, "variables fail")) return BF_E_UNSUPPORTED;
  return write(ctx, text.data(), text.size());
}

const bf_template_v1 kTable = {sizeof kTable, 0, create, destroy, compile, release, render, variables};

const void* get(const char* id) { return std::strcmp(id, BF_TEMPLATE_1) == 0 ? &kTable : nullptr; }

}  // namespace

MODULE_ENTRY(get)
