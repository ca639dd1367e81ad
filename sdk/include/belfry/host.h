/* What the host offers a plugin outside of operations.
 * Services are looked up once, in create, by string id and revision; a plugin names in its manifest's `requires` those
 * that it cannot do without, and works without the others. */
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

#define BF_METRICS_1 "belfry.metrics/1"
typedef struct bf_metrics_v1 {
  uint32_t size;
  uint32_t reserved;
  /* [any] Adds to a counter of this plugin: belfry_plugin_events_total{plugin, event}. event: [a-z0-9_]{1,40}; at most
   * 32 different ones for each plugin, more are dropped and logged once. */
  void (*count)(const bf_host *host, bf_str event, uint64_t n);
} bf_metrics_v1;

/* Cryptography for callbacks. Keys are segments, so that secrets stay in the host; time depends on lengths only. */
#define BF_CRYPTO_1 "belfry.crypto/1"
enum { BF_HASH_SHA1 = 1, BF_HASH_SHA256 = 2, BF_HASH_MD5 = 3 };
enum { BF_MAC_HMAC_SHA1 = 1, BF_MAC_HMAC_SHA256 = 2 };
enum { BF_PK_RSA_SHA1 = 1, BF_PK_RSA_SHA256 = 2 /* PKCS #1 v1.5 */, BF_PK_ECDSA_P256_SHA256 = 3 /* DER */ };
enum { BF_KEY_SPKI = 0 /* PEM, or base64 of DER */, BF_KEY_X509 = 1 /* PEM; valid at the time given */ };
typedef struct bf_crypto_v1 {
  uint32_t size;
  uint32_t reserved;
  /* [any] 1 when equal. */
  int32_t (*equal)(const bf_host *host, bf_str a, bf_str b);
  /* [any] 1 when `presented` is what the segment (a secret) means. 0 also when the secret is not set. */
  int32_t (*matches)(const bf_host *host, const bf_seg *secret, bf_str presented);
  /* [any] Digest of data; out receives 20, 32 or 16 bytes. BF_E_LIMIT when cap is less. */
  bf_status (*hash)(const bf_host *host, int32_t alg, bf_str data, uint8_t *out, size_t cap);
  /* [any] BF_OK when mac (raw bytes) is the MAC of data under key; BF_E_DENIED when it is not, or the secret is not
   * set. */
  bf_status (*verify_mac)(const bf_host *host, int32_t alg, const bf_seg *key, const bf_seg *data, size_t n_data,
                          bf_str mac);
  /* [any] BF_OK when signature is that of data; BF_E_DENIED when not; BF_E_INVALID for a key that is none or, for a
   * certificate, not valid at_ms (Unix milliseconds). */
  bf_status (*verify)(const bf_host *host, int32_t alg, int32_t key_form, bf_str key, bf_str data, bf_str signature,
                      int64_t at_ms);
  /* [any] 1 when the instance has the secret of that name: for a plugin that takes one of several credentials. */
  int32_t (*is_set)(const bf_host *host, bf_str secret);
} bf_crypto_v1;

/* For auth plugins only. */
#define BF_CREDENTIALS_1 "belfry.credentials/1"
typedef struct bf_credentials_v1 {
  uint32_t size;
  uint32_t reserved;
  /* [any] HMAC-SHA256 of data under the host's credential-hashing key; out receives 32 bytes.
   * The key never enters the plugin. */
  bf_status (*keyed_hash)(const bf_host *host, bf_str data, uint8_t out[32]);
} bf_credentials_v1;

BF_STATIC_ASSERT(offsetof(bf_host, get) == 8, "bf_host");
BF_STATIC_ASSERT(sizeof(bf_log_v1) >= 16 && offsetof(bf_log_v1, log) == 8, "bf_log_v1");
BF_STATIC_ASSERT(offsetof(bf_metrics_v1, count) == 8, "bf_metrics_v1");
BF_STATIC_ASSERT(offsetof(bf_crypto_v1, verify) == 40 && offsetof(bf_crypto_v1, is_set) == 48, "bf_crypto_v1");
BF_STATIC_ASSERT(offsetof(bf_credentials_v1, keyed_hash) == 8, "bf_credentials_v1");

#endif
