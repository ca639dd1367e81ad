/* The entry of every plugin: the only exported symbol. Generation 1 of the ABI is in the symbol's name; a plugin may
 * export several generations. */
#ifndef BELFRY_PLUGIN_H
#define BELFRY_PLUGIN_H

#include <belfry/base.h>

#define BF_GENERATION 1
#define BF_ENTRY "belfry_plugin_v1"

typedef struct bf_plugin {
  uint32_t size;
  uint32_t minor;
  const char *id;      /* NUL-terminated; equals the manifest's id */
  const char *version; /* NUL-terminated; equals the manifest's version */
  /* [any] The table of an interface, or NULL when the plugin does not have it. Tables are static. */
  const void *(*get)(const char *interface_id);
} bf_plugin;

/* [any] Never NULL; static. */
BF_EXPORT const bf_plugin *belfry_plugin_v1(void);

/* The manifest is JSON in an allocated ELF note, readable without loading:
 * section .note.belfry, name "Belfry", type 1. */
#define BF_NOTE_NAME "Belfry"
#define BF_NOTE_TYPE 1

#endif
