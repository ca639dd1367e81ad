/* The step machine shared by channel and auth plugins: plugins do no I/O.
 *
 * begin looks at a request and emits what should be done through bf_ops; the host does it and calls resume with what
 * came back, until the plugin has emitted its answer (one result per recipient, or claims) and returns BF_STEP_DONE.
 * All state between two calls lies in `state`: op_state_size zeroed bytes that the host owns, so that to cancel is to
 * forget. A plugin is a deterministic function of its inputs: clock and random numbers come from bf_ops. */
#ifndef BELFRY_STEPS_H
#define BELFRY_STEPS_H

#include <belfry/base.h>
#include <belfry/host.h>

typedef struct bf_op bf_op;     /* one operation; owned by the host */
typedef struct bf_inst bf_inst; /* one configured instance; owned by the plugin between create and destroy */

enum { BF_STEP_DONE = 0, BF_STEP_WAIT = 1, BF_STEP_ERROR = -1 }; /* begin and resume return one of these */

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

/* ---- verbs: SMTP ------------------------------------------------------------------------------------------------ */
enum { BF_TLS_NONE = 0, BF_TLS_STARTTLS = 1 /* never downgraded */, BF_TLS_IMPLICIT = 2 };

/* One SMTP transaction. It always may deliver: its final dot commits. */
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
  const bf_seg *message; /* RFC 5322 message with CRLF, in pieces; the host does the dot-stuffing */
  size_t n_message;
} bf_smtp;

/* How far a failed exchange came. After MAYBE_SENT the only honest outcome is BF_UNKNOWN. */
enum { BF_FATE_DONE = 0, BF_FATE_NOT_SENT = 1, BF_FATE_MAYBE_SENT = 2 };

/* A server's answer: RFC 5321 reply code and RFC 3463 enhanced code ("5.1.1", may be empty). Leaf. */
typedef struct bf_smtp_answer {
  int32_t code;
  int32_t reserved;
  bf_str enhanced;
  bf_str text;
} bf_smtp_answer;

typedef struct bf_smtp_reply {
  uint32_t size;
  uint32_t reserved;
  bf_smtp_answer last;         /* the answer that ended the transaction; code 0: none came */
  const bf_smtp_answer *rcpts; /* one per recipient, in order; code 0: not asked */
  size_t n_rcpts;
} bf_smtp_reply;

/* ---- verbs: authentication -------------------------------------------------------------------------------------- */
/* A stored credential as the host keeps it. */
typedef struct bf_credential {
  uint32_t size;
  int32_t found; /* 0: no credential with that id; the other members are then empty */
  bf_str hash;   /* 32 bytes of bf_crypto_v1.keyed_hash over the secret */
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
  bf_str subject; /* what audit shows */
  bf_str roles;
  bf_str scopes;
  int64_t expires_at_ms; /* 0: the credential does not expire */
} bf_claims;

/* ---- what a plugin may emit ------------------------------------------------------------------------------------- */
/* All [loop, op]; inputs are copied before return.
 * A verb that waits ends with a call of resume that carries the same tag. */
typedef struct bf_ops {
  uint32_t size;
  uint32_t minor;
  /* Memory that lives as long as the operation and is wiped at its end. NULL when the arena's limit is reached. */
  void *(*alloc)(bf_op *op, size_t n, size_t align);
  /* channel: at most 16 exchanges at once; BF_E_DENIED for a host that neither manifest nor config declares. */
  bf_status (*smtp)(bf_op *op, const bf_smtp *smtp, uint32_t tag);
  /* channel: exactly one per recipient. */
  bf_status (*result)(bf_op *op, const bf_result *result);
  /* auth: asks for a stored credential by its public id. */
  bf_status (*credential)(bf_op *op, bf_str id, uint32_t tag);
  /* auth: the answer. */
  bf_status (*claims)(bf_op *op, const bf_claims *claims);
  /* auth: not a credential of this plugin's kind; the next plugin is asked. */
  bf_status (*decline)(bf_op *op);
  /* Ends the operation without a result: for auth a refusal, for channels an internal failure of the plugin (counted as
   * BF_REJECTED_REQUEST for every recipient without a result). code is stable, detail for people. */
  bf_status (*fail)(bf_op *op, bf_str code, bf_str detail);
  /* Unix milliseconds, fixed for one call of begin or resume. */
  int64_t (*now_ms)(bf_op *op);
  /* Random bytes from the host. */
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
  bf_str to;            /* e-mail addr-spec, E.164 number, device token, … */
  bf_str to_name;       /* display name, may be empty */
  const bf_kv *content; /* rendered fields: subject, text, html, title, body */
  size_t n_content;
  const bf_kv *options; /* snake_case options of this send: from, reply_to */
  size_t n_options;
  const bf_kv *headers; /* extra message headers, validated against injection */
  size_t n_headers;
  const bf_attachment *const *attachments;
  size_t n_attachments;
  int64_t created_ms; /* when the notification was accepted, Unix milliseconds */
} bf_msg;

/* A credential as it came with a request. */
typedef struct bf_presented {
  uint32_t size;
  uint32_t reserved;
  bf_str scheme; /* "bearer" or "api-key" */
  bf_str value;
} bf_presented;

enum { BF_REQ_SEND = 1, BF_REQ_AUTHENTICATE = 2 };
typedef struct bf_req {
  uint32_t size;
  int32_t kind;                  /* BF_REQ_* */
  const bf_msg *const *messages; /* SEND */
  size_t n_messages;
  const bf_presented *presented; /* AUTHENTICATE */
} bf_req;

enum { BF_IN_SMTP = 1, BF_IN_CREDENTIAL = 2 };
typedef struct bf_input {
  uint32_t size;
  int32_t kind; /* BF_IN_* */
  uint32_t tag;
  int32_t fate;  /* BF_FATE_* */
  bf_str error;  /* when fate is not DONE: timeout, connect, dns, tls, auth, egress_refused, protocol */
  bf_str detail; /* for people */
  const bf_smtp_reply *smtp;
  const bf_credential *credential;
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
} bf_machine_v1;

BF_STATIC_ASSERT(offsetof(bf_ops, alloc) == 8 && offsetof(bf_machine_v1, create) == 24, "heads never move");

#endif
