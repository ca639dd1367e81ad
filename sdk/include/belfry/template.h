/* belfry.template/1: a template engine. Templates are compiled once and rendered often; both are pure functions. */
#ifndef BELFRY_TEMPLATE_H
#define BELFRY_TEMPLATE_H

#include <belfry/base.h>
#include <belfry/host.h>

#define BF_TEMPLATE_1 "belfry.template/1"

/* One configured engine; owned by the plugin between create and destroy. */
typedef struct bf_engine bf_engine;
/* One compiled template; immutable, owned by the plugin between compile and release. */
typedef struct bf_template bf_template;

enum { BF_ESCAPE_HTML = 0, BF_ESCAPE_NONE = 1 };

typedef struct bf_source {
  uint32_t size;
  int32_t escape; /* BF_ESCAPE_*: how plain variable tags are escaped */
  bf_str name;    /* for error texts */
  bf_str text;
  const bf_kv *partials; /* name → text; a partial that is not here renders as empty */
  size_t n_partials;
} bf_source;

/* Where and why a template or its rendering failed. The caller zeroes it and sets size; text is NUL-terminated. */
typedef struct bf_template_error {
  uint32_t size;
  uint32_t line;   /* 1-based; 0: unknown */
  uint32_t column; /* 1-based, bytes; 0: unknown */
  char text[244];
} bf_template_error;

/* Receives output or names. ctx is handed back as it was given. Returns BF_OK or the status to stop with. */
typedef bf_status (*bf_write)(void *ctx, const char *p, size_t n);

typedef struct bf_render {
  uint32_t size;
  uint32_t max_depth;  /* nesting of sections and partials; 0: the engine's default (100) */
  uint64_t max_output; /* bytes; 0: the engine's default (16 MiB) */
  uint64_t max_steps;  /* executed operations; 0: the engine's default (10 000 000) */
  bf_str data_json;    /* any JSON value */
  bf_write write;
  void *ctx;
} bf_render;

typedef struct bf_template_v1 {
  uint32_t size;
  uint32_t minor;
  /* [main] */
  bf_status (*create)(const bf_host *host, bf_str config_json, bf_engine **out, char *err, size_t cap);
  /* [main] Every template of the engine has been released. */
  void (*destroy)(bf_engine *engine);
  /* [worker, mt] BF_E_INVALID with error filled when the text is not a template. */
  bf_status (*compile)(bf_engine *engine, const bf_source *source, bf_template **out, bf_template_error *error);
  /* [any] No render of it is running. */
  void (*release)(bf_engine *engine, bf_template *compiled);
  /* [loop, mt] Writes the output in pieces. BF_E_LIMIT when a limit is hit, BF_E_INVALID when data_json is not JSON;
   * what was written until then is void. */
  bf_status (*render)(bf_engine *engine, const bf_template *compiled, const bf_render *request,
                      bf_template_error *error);
  /* [any] Writes each variable that the template reads at its top level once, one call of write per name,
   * in order of appearance. */
  bf_status (*variables)(bf_engine *engine, const bf_template *compiled, bf_write write, void *ctx);
} bf_template_v1;

BF_STATIC_ASSERT(sizeof(bf_template_error) == 256 && offsetof(bf_template_v1, create) == 8, "bf_template_v1");

#endif
