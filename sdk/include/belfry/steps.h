/* The step machine shared by channel and auth plugins: plugins do no I/O.
 *
 * begin looks at a request and emits what should be done through bf_ops; the host does it and calls resume with what
 * came back, until the plugin has emitted its answer and returns BF_STEP_DONE. All state between two calls lies in
 * `state`: op_state_size zeroed bytes that the host owns, copies and forgets, so that to cancel is to forget. It is
 * position-independent: no pointers into itself or into the arena. A plugin is a deterministic function of its inputs:
 * clock and random numbers come from bf_ops.
 *
 * What a request of each kind must have emitted before DONE (`fail` takes the place of any of it):
 *   SEND          one `result` per message
 *   AUTHENTICATE  one of `claims`, `decline`
 *   WEBHOOK       one `reply`; before it any number of `event`
 *   PROBE         one `result`: BF_ACCEPTED when config and credentials work. No exchange of it may deliver.
 *   TOKEN         one `put_token`
 *   STATUS        one `result`: BF_ACCEPTED when the provider knows the message, BF_UNKNOWN when it cannot say; before
 * it any number of `event` */
#ifndef BELFRY_STEPS_H
#define BELFRY_STEPS_H

#include <belfry/base.h>
#include <belfry/exchange.h>
#include <belfry/host.h>

typedef struct bf_op bf_op;     /* one operation; owned by the host */
typedef struct bf_inst bf_inst; /* one configured instance; owned by the plugin between create and destroy */

/* begin and resume return one of these. After ERROR without `fail` the operation counts as failed by the plugin. */
enum { BF_STEP_DONE = 0, BF_STEP_WAIT = 1, BF_STEP_ERROR = -1 };

/* ---- outcomes --------------------------------------------------------------------------------------------------- */
enum {
  BF_ACCEPTED = 1,           /* the provider took it */
  BF_DELIVERED = 2,          /* and says it arrived */
  BF_REJECTED_RECIPIENT = 3, /* this address is bad: suppress, never fail over */
  BF_REJECTED_REQUEST = 4,   /* this message is bad: fail it, never suppress */
  BF_CREDENTIAL = 5,         /* stop this provider for this tenant */
  BF_THROTTLED = 6,          /* not processed; retry_after_ms if the provider said one */
  BF_RETRY = 7,              /* certainly not sent; may be tried again */
  BF_UNKNOWN = 8             /* may have been sent: never repeated blindly */
};

typedef struct bf_result {
  uint32_t size;
  uint32_t recipient;      /* index of the message in the request */
  int32_t outcome;         /* BF_ACCEPTED … BF_UNKNOWN */
  uint32_t retry_after_ms; /* 0: none said */
  bf_str provider_id;      /* the provider's message id, may be empty */
  bf_str code;             /* the provider's code, e.g. "550 5.1.1" */
  bf_str detail;           /* for people; no secrets */
} bf_result;

/* What the recipient's inbox keeps, written together with the result. */
typedef struct bf_item {
  uint32_t size;
  uint32_t recipient; /* index of the message in the request */
  bf_str title;
  bf_str body;
  bf_str category;
  bf_str action_url;
  bf_str icon;
  bf_str data_json; /* a JSON object, or empty */
} bf_item;

/* ---- receipts ---------------------------------------------------------------------------------------------------- */
enum {
  BF_RECEIPT_QUEUED = 1,
  BF_RECEIPT_SENT = 2,
  BF_RECEIPT_DELIVERED = 3,
  BF_RECEIPT_DELAYED = 4,      /* the provider goes on trying */
  BF_RECEIPT_BOUNCED = 5,      /* for good: the address is suppressed */
  BF_RECEIPT_SOFT_BOUNCED = 6, /* given up, but the address may be good */
  BF_RECEIPT_FAILED = 7,       /* given up, and the address is not to blame */
  BF_RECEIPT_OPENED = 8,
  BF_RECEIPT_CLICKED = 9,
  BF_RECEIPT_READ = 10,
  BF_RECEIPT_COMPLAINED = 11,
  BF_RECEIPT_UNSUBSCRIBED = 12
};

/* One normalised receipt. Either delivery_id or provider_id must be set. */
typedef struct bf_event {
  uint32_t size;
  int32_t type;       /* BF_RECEIPT_* */
  bf_str delivery_id; /* ours, as it came back from where begin put it (custom argument, tag, callback URL) */
  uint32_t attempt;   /* likewise; 0: not said */
  int32_t suppress;   /* 1: the address is dead, or its owner wants no more */
  bf_str provider_id; /* the provider's message id */
  bf_str dedupe_key;  /* the provider's id of this event; empty: it has none */
  int64_t at_ms;      /* Unix milliseconds; 0: not said */
  bf_str recipient;   /* the address concerned; empty: the message's */
  bf_str code;
  bf_str detail;
  bf_str url; /* CLICKED */
} bf_event;

/* ---- authentication ---------------------------------------------------------------------------------------------- */
/* A stored credential as the host keeps it. */
typedef struct bf_credential {
  uint32_t size;
  int32_t found; /* 0: no credential with that id; the other members are then empty */
  bf_str hash;   /* 32 bytes of bf_credentials_v1.keyed_hash over the secret */
  bf_str tenant;
  bf_str subject;
  bf_str roles;          /* space-separated */
  bf_str scopes;         /* space-separated */
  int64_t expires_at_ms; /* Unix milliseconds; 0: never */
  int64_t revoked_at_ms; /* 0: not revoked */
} bf_credential;

/* Who the caller is. */
typedef struct bf_claims {
  uint32_t size;
  uint32_t reserved;
  bf_str tenant;  /* slug; empty only for the platform admin */
  bf_str subject; /* what audit shows; an end user's is "user:" and the tenant's id of that user */
  bf_str roles;
  bf_str scopes;
  int64_t expires_at_ms; /* 0: the credential does not expire */
} bf_claims;

/* A signed credential to be checked with a key of its tenant that never leaves the host. */
typedef struct bf_signed {
  uint32_t size;
  int32_t alg;   /* BF_MAC_HMAC_SHA256 */
  bf_str tenant; /* slug, as the credential claims it: nothing is believed before the signature is good */
  bf_str key_id; /* empty: every live key is tried */
  bf_str data;
  bf_str signature; /* raw bytes */
} bf_signed;

/* ---- what a plugin may emit ------------------------------------------------------------------------------------- */
/* All [loop, op]; inputs are copied before return. Kinds of request that a verb belongs to stand before it; anywhere
 * else it answers BF_E_UNSUPPORTED. A verb that takes a tag ends with a call of resume that carries it.
 * Limits: 16 tagged verbs under way at once, 64 in all; a body of 64 MiB. */
typedef struct bf_ops {
  uint32_t size;
  uint32_t minor;
  /* any: memory that lives as long as the operation and is wiped at its end. NULL when the arena's limit is reached. */
  void *(*alloc)(bf_op *op, size_t n, size_t align);
  /* SEND, WEBHOOK, PROBE, TOKEN, STATUS, AUTHENTICATE: several at once run side by side. BF_E_DENIED for a host that
   * neither manifest nor config declares, or a secret that is not declared. */
  bf_status (*http)(bf_op *op, const bf_http *http, uint32_t tag);
  /* SEND, PROBE. */
  bf_status (*smtp)(bf_op *op, const bf_smtp *smtp, uint32_t tag);
  /* SEND, PROBE, STATUS: asks for the instance's token `key`. The host keeps it, and runs a TOKEN request of this
   * plugin when there is none: one at a time, everybody else waits for it. With `fresh` set the token that this
   * operation got before was refused, and another one is fetched unless somebody already has. */
  bf_status (*token)(bf_op *op, bf_str key, int32_t fresh, uint32_t tag);
  /* TOKEN: the token, valid for ttl_s seconds from now; the host renews it some time before that. */
  bf_status (*put_token)(bf_op *op, bf_str token, uint32_t ttl_s);
  /* any but AUTHENTICATE: at most 60 000 ms, and the operation's deadline. */
  bf_status (*sleep)(bf_op *op, uint32_t ms, uint32_t tag);
  /* any but AUTHENTICATE: what this plugin keeps for this instance, under a key of at most 500 bytes, at most 64 KiB a
   * value, for at most 90 days. get answers with BF_IN_VALUE; put is done before the operation ends. A value may be
   * lost: never the only record. */
  bf_status (*get)(bf_op *op, bf_str key, uint32_t tag);
  bf_status (*put)(bf_op *op, bf_str key, bf_str value, uint32_t ttl_s);
  /* SEND: copies up to n bytes of a blob from offset; *got tells how many. */
  bf_status (*read_blob)(bf_op *op, uint64_t blob, uint64_t offset, void *out, size_t n, size_t *got);
  /* SEND: exactly one per message. PROBE, STATUS: one. */
  bf_status (*result)(bf_op *op, const bf_result *result);
  /* SEND on channel inapp: at most one per message, before its result. */
  bf_status (*item)(bf_op *op, const bf_item *item);
  /* WEBHOOK, STATUS: at most 10 000. A malformed one is refused with BF_E_INVALID and the others stand. */
  bf_status (*event)(bf_op *op, const bf_event *event);
  /* WEBHOOK: the answer. 2xx: the events count. 4xx: they do not; code says why, e.g. "bad_signature". */
  bf_status (*reply)(bf_op *op, int32_t status, const bf_kv *headers, size_t n_headers, bf_str body, bf_str code);
  /* AUTHENTICATE: asks for a stored credential by its public id. */
  bf_status (*credential)(bf_op *op, bf_str id, uint32_t tag);
  /* AUTHENTICATE: has a signature checked with a key of a tenant; answers with BF_IN_VERDICT. */
  bf_status (*verify)(bf_op *op, const bf_signed *what, uint32_t tag);
  /* AUTHENTICATE: the answer. */
  bf_status (*claims)(bf_op *op, const bf_claims *claims);
  /* AUTHENTICATE: not a credential of this plugin's kind; the next plugin is asked. */
  bf_status (*decline)(bf_op *op);
  /* Ends the operation without its answer. AUTHENTICATE: a refusal that the caller may see. SEND: counted as
   * BF_REJECTED_REQUEST for every message without a result. code is stable, detail for people. */
  bf_status (*fail)(bf_op *op, bf_str code, bf_str detail);
  /* Unix milliseconds, fixed for one call of begin or resume. */
  int64_t (*now_ms)(bf_op *op);
  /* Random bytes from the host, at most 1 MiB a call. */
  void (*random)(bf_op *op, void *out, size_t n);
} bf_ops;

/* ---- what comes in ---------------------------------------------------------------------------------------------- */
typedef struct bf_attachment {
  uint32_t size;
  uint32_t reserved;
  bf_str filename;
  bf_str content_type;
  bf_str content_id; /* empty: not inline */
  uint64_t blob;     /* handle for BF_SEG_BLOB, valid for the operation */
  uint64_t length;   /* bytes before any transform */
} bf_attachment;

/* One rendered message for one recipient. */
typedef struct bf_msg {
  uint32_t size;
  uint32_t attempt;   /* 1 for the first */
  bf_str delivery_id; /* Belfry's id: stable over attempts, the base of Message-ID and correlation */
  bf_str channel;
  bf_str to;            /* e-mail addr-spec, E.164 number, device token, URL, … ; inapp: the user's id */
  bf_str to_kind;       /* of a device token: "ios", "android" or "web"; else empty */
  bf_str to_name;       /* display name, may be empty */
  bf_str user_id;       /* may be empty */
  bf_str language;      /* BCP 47, may be empty */
  const bf_kv *content; /* rendered fields: subject, text, html, title, body */
  size_t n_content;
  const bf_kv *options; /* of this send, as the manifest's options_schema has them; what is no string is JSON text */
  size_t n_options;
  const bf_kv *headers; /* extra message headers, validated against injection */
  size_t n_headers;
  const bf_attachment *const *attachments;
  size_t n_attachments;
  int64_t created_ms; /* when the notification was accepted, Unix milliseconds */
  int64_t expires_ms; /* 0: never */
  int32_t priority;   /* 0 critical, 1 high, 2 medium, 3 low */
  int32_t reserved;
  bf_str metadata_json; /* a JSON object */
} bf_msg;

/* A credential as it came with a request. */
typedef struct bf_presented {
  uint32_t size;
  uint32_t reserved;
  bf_str scheme; /* "bearer" or "api-key" */
  bf_str value;
} bf_presented;

/* A callback as it came in. It is stored already, and may be shown to the plugin again later. */
typedef struct bf_webhook {
  uint32_t size;
  uint32_t reserved;
  bf_str method;        /* GET or POST */
  bf_str url;           /* the public one, with its query, as the provider was told it */
  bf_str query;         /* as sent, without '?' */
  const bf_kv *headers; /* names in lower case */
  size_t n_headers;
  bf_str body;
  int64_t received_ms; /* when it came in: time stamps are judged by it, not by now_ms */
} bf_webhook;

/* A message that the provider is asked about. */
typedef struct bf_query {
  uint32_t size;
  uint32_t attempt;
  bf_str delivery_id;
  bf_str provider_id;
  bf_str to;
  int64_t created_ms;
} bf_query;

enum {
  BF_REQ_SEND = 1,
  BF_REQ_AUTHENTICATE = 2,
  BF_REQ_WEBHOOK = 3,
  BF_REQ_PROBE = 4,
  BF_REQ_TOKEN = 5,
  BF_REQ_STATUS = 6
};
typedef struct bf_req {
  uint32_t size;
  int32_t kind;                  /* BF_REQ_* */
  const bf_msg *const *messages; /* SEND; 1 to max_batch, all of one batch_key */
  size_t n_messages;
  const bf_presented *presented; /* AUTHENTICATE */
  const bf_webhook *webhook;     /* WEBHOOK */
  const bf_query *query;         /* STATUS */
  bf_str token_key;              /* TOKEN */
  bf_str callback_url;           /* SEND, PROBE: where this instance's callbacks arrive; empty: nowhere */
} bf_req;

enum {
  BF_IN_SMTP = 1,
  BF_IN_CREDENTIAL = 2,
  BF_IN_HTTP = 3,
  BF_IN_TOKEN = 4, /* fate DONE: BF_SEG_TOKEN may be used now */
  BF_IN_TIMER = 5,
  BF_IN_VALUE = 6,  /* value; found */
  BF_IN_VERDICT = 7 /* found: there is such a key; good: and the signature is that of it */
};
typedef struct bf_input {
  uint32_t size;
  int32_t kind; /* BF_IN_* */
  uint32_t tag;
  int32_t fate;  /* BF_FATE_* */
  bf_str error;  /* when fate is not DONE: a word of exchange.h */
  bf_str detail; /* for people */
  const bf_smtp_reply *smtp;
  const bf_credential *credential;
  const bf_http_reply *http;
  bf_str value;
  int32_t found;
  int32_t good;
  const bf_req *req; /* what begin was given, as it was: `state` need not hold the message until the last step. Its
                        address may differ from call to call. */
} bf_input;

/* ---- the machine ------------------------------------------------------------------------------------------------ */
/* The table of the interfaces belfry.channel/1 and belfry.auth/1. */
typedef struct bf_machine_v1 {
  uint32_t size;
  uint32_t minor;
  uint32_t op_state_size;
  uint32_t op_state_align;
  uint32_t max_batch; /* most messages in one request; auth: 1 */
  uint32_t reserved;
  /* [main] config_json fits the manifest's config schema. On failure a NUL-terminated reason without secrets goes to
   * err (cap bytes). The instance is immutable afterwards. */
  bf_status (*create)(const bf_host *host, bf_str config_json, bf_inst **out, char *err, size_t cap);
  /* [main] No operation of the instance is running. */
  void (*destroy)(bf_inst *inst);
  /* [loop, mt, op] BF_STEP_* */
  int32_t (*begin)(bf_inst *inst, bf_op *op, const bf_ops *ops, void *state, const bf_req *req);
  /* [loop, mt, op] BF_STEP_* */
  int32_t (*resume)(bf_inst *inst, bf_op *op, const bf_ops *ops, void *state, const bf_input *input);
  /* [loop, mt] Messages of the same key other than 0 may go out in one request; 0: this one goes alone. NULL: every
   * message goes alone. */
  uint64_t (*batch_key)(bf_inst *inst, const bf_msg *message);
} bf_machine_v1;

BF_STATIC_ASSERT(offsetof(bf_result, provider_id) == 16 && sizeof(bf_result) == 64, "bf_result");
BF_STATIC_ASSERT(offsetof(bf_item, title) == 8 && offsetof(bf_item, data_json) == 88, "bf_item");
BF_STATIC_ASSERT(offsetof(bf_event, provider_id) == 32 && offsetof(bf_event, url) == 120, "bf_event");
BF_STATIC_ASSERT(offsetof(bf_signed, signature) == 56, "bf_signed");
BF_STATIC_ASSERT(offsetof(bf_msg, content) == 120 && offsetof(bf_msg, metadata_json) == 208, "bf_msg");
BF_STATIC_ASSERT(offsetof(bf_webhook, received_ms) == 88, "bf_webhook");
BF_STATIC_ASSERT(offsetof(bf_req, webhook) == 32 && offsetof(bf_req, callback_url) == 64, "bf_req");
BF_STATIC_ASSERT(offsetof(bf_input, smtp) == 48 && offsetof(bf_input, req) == 96, "bf_input");
BF_STATIC_ASSERT(offsetof(bf_ops, alloc) == 8 && offsetof(bf_ops, random) == 160, "bf_ops");
BF_STATIC_ASSERT(offsetof(bf_machine_v1, create) == 24 && offsetof(bf_machine_v1, batch_key) == 56, "heads never move");

#endif
