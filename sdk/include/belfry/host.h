/* What the host offers a plugin outside of operations.
 * Services are looked up once, in create, by string id and revision. */
#ifndef BELFRY_HOST_H
#define BELFRY_HOST_H

#include <belfry/base.h>

typedef struct bf_host {
  uint32_t size; /* sizeof the host's struct: read no member beyond it */
  uint32_t minor;
  /* [any] A service table or NULL when this host does not have it. The table outlives the plugin. */
  const void *(*get)(const struct bf_host *host, const char *interface_id);
} bf_host;

#define BF_LOG_1 "belfry.log/1"
enum { BF_LOG_DEBUG = 0, BF_LOG_INFO = 1, BF_LOG_WARN = 2, BF_LOG_ERROR = 3 };
typedef struct bf_log_v1 {
  uint32_t size;
  uint32_t reserved;
  /* [any] One structured line: a fixed event text and fields. The host adds plugin and instance.
   * Never pass secrets or addresses. */
  void (*log)(const bf_host *host, int32_t level, bf_str event, const bf_kv *fields, size_t n);
} bf_log_v1;

#define BF_CRYPTO_1 "belfry.crypto/1"
typedef struct bf_crypto_v1 {
  uint32_t size;
  uint32_t reserved;
  /* [any] HMAC-SHA256 of data under the host's credential-hashing key; out receives 32 bytes.
   * The key never enters the plugin. */
  bf_status (*keyed_hash)(const bf_host *host, bf_str data, uint8_t out[32]);
  /* [any] 1 when equal. Time depends on the lengths only. */
  int32_t (*equal)(const bf_host *host, bf_str a, bf_str b);
} bf_crypto_v1;

BF_STATIC_ASSERT(offsetof(bf_host, get) == 8, "bf_host");

#endif
