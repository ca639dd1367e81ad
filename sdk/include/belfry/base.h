/* Leaf types of the Belfry plugin ABI.
 * DRAFT: may change until every kind of plugin has proven it (see sdk/abi/POLICY.md).
 *
 * Tags used in every header of this folder:
 *   [main]  called serially by the host's main thread        [loop] must not block; 1 ms budget
 *   [worker] may block                                        mt     the instance is called concurrently
 *   op      serial for one operation                          [any]  any thread, any time
 * Ownership: nobody frees across the boundary. A view that the host passes lives until the called function returns; a
 * view that a plugin passes to the host is copied before that call returns, or lies in the operation's arena and lives
 * as long as the operation. Text is UTF-8 and not NUL-terminated unless said. No exception may cross.
 * Versions: a struct that begins with `size` may grow at its end; its reader looks at no member beyond `size`
 * (BF_HAS). A struct marked "Leaf" never grows. */
#ifndef BELFRY_BASE_H
#define BELFRY_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define BF_STATIC_ASSERT(cond, text) static_assert(cond, text)
#define BF_EXTERN_C extern "C"
#else
#define BF_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#define BF_EXTERN_C
#endif
#define BF_EXPORT BF_EXTERN_C __attribute__((visibility("default")))

/* True when a size-headed struct is new enough to have the member. */
#define BF_HAS(pointer, member) \
  ((pointer)->size >= (size_t)((const char *)(&(pointer)->member + 1) - (const char *)(pointer)))

/* A view of bytes. p may be NULL when n is 0. Leaf. */
typedef struct bf_str {
  const char *p;
  size_t n;
} bf_str;

/* A named value. Leaf. */
typedef struct bf_kv {
  bf_str key;
  bf_str value;
} bf_kv;

/* What the host answers to a verb, and a plugin to a call. */
typedef int32_t bf_status;
enum {
  BF_OK = 0,
  BF_E_INVALID = 1,     /* an argument is malformed; nothing was done */
  BF_E_NOMEM = 2,       /* the arena or the host is out of memory */
  BF_E_LIMIT = 3,       /* a stated limit (size, count, depth, steps) is exceeded */
  BF_E_STATE = 4,       /* not allowed now: result given twice, verb after fail */
  BF_E_DENIED = 5,      /* egress, secret or interface that the manifest does not declare; a signature that is wrong */
  BF_E_UNSUPPORTED = 6, /* not known to this host or plugin, or not part of this kind of request */
  BF_E_INTERNAL = 7     /* the callee failed; nothing was done */
};

/* One piece of a message, of a URL, of a header or of a credential. Secrets travel as typed segments, never as text, so
 * that message content cannot exfiltrate one: the host fills them in on the wire, towards declared hosts only. Leaf. */
enum {
  BF_SEG_BYTES = 0,  /* s: the bytes */
  BF_SEG_BLOB = 1,   /* blob: the handle from bf_attachment.blob */
  BF_SEG_SECRET = 2, /* s: "name" of a secret in the manifest, or "name#/json/pointer" (RFC 6901) into one that is a
                        JSON document */
  BF_SEG_TOKEN = 3,  /* s: key of a token that the verb `token` has brought in this operation */
  BF_SEG_MADE = 4    /* blob: index into bf_http.made: what the host computes there stands here */
};
enum {
  BF_XFORM_RAW = 0,
  BF_XFORM_BASE64_MIME = 1, /* RFC 2045 §6.8: lines of 76 characters, CRLF between them, none at the end */
  BF_XFORM_BASE64 = 2,      /* RFC 4648 §4, one line, padded */
  BF_XFORM_BASE64URL = 3,   /* RFC 4648 §5, no padding */
  BF_XFORM_HEX = 4,         /* lower case */
  BF_XFORM_URLENCODE = 5,   /* all but RFC 3986 §2.3 unreserved characters as %XX */
  BF_XFORM_JSON = 6,        /* escaped for the inside of a JSON string */
  BF_XFORM_WHSEC = 7,   /* SECRET as a MAC key only: the bytes that base64 means, an optional prefix `whsec_` dropped */
  BF_XFORM_URL_REST = 8 /* SECRET as the second and last segment of a URL only: the secret is a whole URL that begins
                           with the first segment, and what follows that is used. BF_E_DENIED when it begins otherwise:
                           a secret never decides where a request goes */
};
typedef struct bf_seg {
  int32_t kind;  /* BF_SEG_* */
  int32_t xform; /* BF_XFORM_* ; applied by the host while it assembles */
  uint64_t blob; /* see kind; 0 otherwise */
  bf_str s;      /* see kind; empty otherwise */
} bf_seg;

BF_STATIC_ASSERT(sizeof(bf_str) == 16 && sizeof(bf_kv) == 32 && sizeof(bf_seg) == 32, "leaf types never change size");

#endif
