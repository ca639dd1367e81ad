/* Exchanges: what a plugin asks the host to do on the network, and what came back. The host adds TLS, deadlines, egress
 * rules, pooling and tracing, and repeats nothing by itself. */
#ifndef BELFRY_EXCHANGE_H
#define BELFRY_EXCHANGE_H

#include <belfry/base.h>

/* How far an exchange came. After MAYBE_SENT the only honest outcome is BF_UNKNOWN, but for an exchange that is
 * BF_HTTP_IDEMPOTENT: repeating that does no harm. */
enum {
  BF_FATE_DONE = 0,      /* the provider answered; the reply decides */
  BF_FATE_NOT_SENT = 1,  /* nothing that could deliver has left: a repeat is safe */
  BF_FATE_MAYBE_SENT = 2 /* everything may have arrived, and no whole answer came */
};
/* Why there is no answer, in bf_input.error: "invalid" (the request cannot be sent as it is), "egress_refused", "dns",
 * "connect", "tls", "tls_not_offered" (SMTP), "auth" (SMTP login refused), "refused" (SMTP server said no before the
 * transaction), "unsupported" (SMTP server lacks what the message needs), "protocol", "connection_lost", "timeout",
 * "cancelled"; for tokens the code that the plugin's TOKEN request failed with. */

/* ---- what the host computes -------------------------------------------------------------------------------------- */
/* Where BF_SEG_MADE stands. Keys never enter a plugin. Data segments may be BYTES, BLOB, SECRET, TOKEN, and MADE with a
 * lower index. */
enum {
  BF_MAKE_JOIN = 1,        /* the data itself: to transform several segments as one, e.g. HTTP Basic */
  BF_MAKE_HMAC_SHA1 = 2,   /* of the data under key */
  BF_MAKE_HMAC_SHA256 = 3, /* of the data under key */
  BF_MAKE_SHA256 = 4,      /* of the data */
  BF_MAKE_JWT_RS256 = 5,   /* compact JWT: data are the claims, a JSON object; key a PEM private key */
  BF_MAKE_JWT_ES256 = 6
};
typedef struct bf_make {
  uint32_t size;
  int32_t kind;  /* BF_MAKE_* */
  int32_t xform; /* BF_XFORM_* of the result: HEX or BASE64 for MACs; RAW for JWTs */
  uint32_t reserved;
  bf_seg key; /* BF_SEG_SECRET */
  const bf_seg *data;
  size_t n_data;
  const bf_seg *header; /* JWT: the JOSE header, a JSON object without `alg`; none: {"typ":"JWT"} */
  size_t n_header;
} bf_make;

/* AWS Signature Version 4 over the whole request: the host adds X-Amz-Date, X-Amz-Security-Token and Authorization. */
typedef struct bf_sigv4 {
  uint32_t size;
  uint32_t reserved;
  bf_str region;
  bf_str service;
  bf_seg access_key_id;     /* BF_SEG_SECRET */
  bf_seg secret_access_key; /* BF_SEG_SECRET */
  bf_seg session_token;     /* BF_SEG_SECRET that is not set, or empty BYTES: none */
} bf_sigv4;

/* ---- HTTP ----------------------------------------------------------------------------------------------------------
 */
/* Leaf. */
typedef struct bf_header {
  bf_str name;
  const bf_seg *value;
  size_t n_value;
} bf_header;

enum {
  BF_HTTP_COMMITS = 1u,   /* it may deliver: an end without an answer after it left is MAYBE_SENT, else NOT_SENT */
  BF_HTTP_IDEMPOTENT = 2u /* the provider drops doubles of it, by a key in it that stays the same over attempts */
};
typedef struct bf_http {
  uint32_t size;
  uint32_t flags;    /* BF_HTTP_* */
  bf_str method;     /* GET, POST, PUT, PATCH or DELETE */
  const bf_seg *url; /* absolute; segments, since some providers want tokens in paths. Scheme and host must lie in the
                        first segment, as bytes. */
  size_t n_url;
  const bf_header *headers; /* Host and Content-Length are the host's; redirects are answers, never followed */
  size_t n_headers;
  const bf_seg *body;
  size_t n_body;
  const bf_make *const *made; /* what BF_SEG_MADE segments stand for, at most 16 */
  size_t n_made;
  const bf_sigv4 *sigv4; /* NULL: none. Applied last. */
  uint32_t timeout_ms;   /* 0: the host's default; the host may shorten it */
  uint32_t max_response; /* bytes of body kept; 0: 1 MiB, which is also the most */
} bf_http;

typedef struct bf_http_reply {
  uint32_t size;
  int32_t status;
  const bf_kv *headers; /* names in lower case, in the order they came */
  size_t n_headers;
  bf_str body;
  int32_t truncated;       /* 1: the body was longer than max_response */
  uint32_t retry_after_ms; /* Retry-After (RFC 9110 §10.2.3), seconds or date, at most a day; 0: absent or unreadable */
} bf_http_reply;

/* ---- SMTP ----------------------------------------------------------------------------------------------------------
 */
enum { BF_TLS_NONE = 0, BF_TLS_STARTTLS = 1 /* never downgraded */, BF_TLS_IMPLICIT = 2 };

/* DKIM (RFC 6376): the host signs the assembled message, relaxed/relaxed, RSA or Ed25519 by the key's kind. */
typedef struct bf_dkim {
  uint32_t size;
  uint32_t reserved;
  bf_str domain;
  bf_str selector;
  bf_seg private_key; /* BF_SEG_SECRET: PEM */
} bf_dkim;

/* Delivery status notifications (RFC 3461), asked for only where the server offers DSN. */
enum { BF_DSN_NEVER = 1u, BF_DSN_SUCCESS = 2u, BF_DSN_FAILURE = 4u, BF_DSN_DELAY = 8u };
enum { BF_DSN_RET_DEFAULT = 0, BF_DSN_RET_HEADERS = 1 };

/* One SMTP transaction. It always may deliver: its final dot commits. In a PROBE request there are neither recipients
 * nor message: connect, TLS, EHLO, AUTH, QUIT, on a fresh connection; the answer to a login that went well has fate
 * DONE, stage SESSION and code 0. */
typedef struct bf_smtp {
  uint32_t size;
  uint32_t port;
  bf_str host;
  int32_t tls;         /* BF_TLS_* */
  uint32_t timeout_ms; /* 0: the host's default; the host may shorten it */
  bf_str username;     /* empty: no AUTH */
  bf_seg password;     /* BF_SEG_SECRET, used only with a username */
  bf_str mail_from;    /* addr-spec without angle brackets */
  const bf_str *rcpts;
  size_t n_rcpts;
  const bf_seg *message; /* RFC 5322 message with CRLF, in pieces (BYTES and BLOB); the host does the dot-stuffing */
  size_t n_message;
  const bf_dkim *dkim; /* NULL: not signed */
  bf_str helo;         /* what EHLO says; empty: the host's name */
  uint32_t dsn_notify; /* BF_DSN_* ; 0: the server's default */
  int32_t dsn_ret;     /* BF_DSN_RET_* */
  bf_str dsn_envid;    /* at most 100 printable ASCII characters; empty: none */
} bf_smtp;

/* A server's answer: RFC 5321 reply code and RFC 3463 enhanced code ("5.1.1", may be empty). Leaf. */
typedef struct bf_smtp_answer {
  int32_t code;
  int32_t reserved;
  bf_str enhanced;
  bf_str text;
} bf_smtp_answer;

/* Where the transaction ended. */
enum {
  BF_SMTP_STAGE_NONE = 0,    /* no server was reached, or it broke the protocol */
  BF_SMTP_STAGE_SESSION = 1, /* greeting, EHLO, STARTTLS or AUTH; the end of a probe */
  BF_SMTP_STAGE_MAIL = 2,
  BF_SMTP_STAGE_RCPT = 3, /* every recipient was refused */
  BF_SMTP_STAGE_DATA = 4  /* DATA or the final dot */
};
typedef struct bf_smtp_reply {
  uint32_t size;
  int32_t stage;               /* BF_SMTP_STAGE_* */
  bf_smtp_answer last;         /* the answer that ended the transaction; code 0: none came */
  const bf_smtp_answer *rcpts; /* one per recipient, in order; code 0: not asked */
  size_t n_rcpts;
} bf_smtp_reply;

BF_STATIC_ASSERT(sizeof(bf_header) == 32 && sizeof(bf_smtp_answer) == 40, "leaf types never change size");
BF_STATIC_ASSERT(offsetof(bf_make, key) == 16 && offsetof(bf_make, header) == 64, "bf_make");
BF_STATIC_ASSERT(offsetof(bf_sigv4, access_key_id) == 40, "bf_sigv4");
BF_STATIC_ASSERT(offsetof(bf_http, url) == 24 && offsetof(bf_http, sigv4) == 88, "bf_http");
BF_STATIC_ASSERT(offsetof(bf_http_reply, body) == 24, "bf_http_reply");
BF_STATIC_ASSERT(offsetof(bf_smtp, message) == 112 && offsetof(bf_smtp, dkim) == 128, "bf_smtp");
BF_STATIC_ASSERT(offsetof(bf_smtp_reply, rcpts) == 48, "bf_smtp_reply");

#endif
