// Does what its input tells it, right or wrong, by the bare C ABI: each word of a script is one call of a verb, or the
// end of the step.
//
// Channel: content field `do` is the script of begin, `then` that of every resume. Auth: the presented value is
// "do|then". Every verb's answer and every input is noted; the word `report` gives the notes as the detail of an
// accepted result. A token is fetched by one GET. config {"create": WORD} makes create misbehave.
#include <belfry/auth.h>
#include <belfry/channel.h>

#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "entry.h"

namespace {

constexpr std::string_view kBody = "Subject: x\r\n\r\nhello\r\n";

struct State {
  char then[512];
  char to[256];
  char notes[2048];
  uint64_t blob;
};

bf_str str(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(bf_str text) { return {text.p, text.n}; }

struct Step {
  bf_op* op;
  const bf_ops* ops;
  State& state;
  const bf_req* req = nullptr;

  void note(const std::string& text) {
    std::string all = state.notes;
    all += (all.empty() ? "" : " ") + text;
    std::snprintf(state.notes, sizeof state.notes, "%s", all.c_str());
  }
  void note(std::string_view verb, int64_t answer) { note(std::string(verb) + "=" + std::to_string(answer)); }

  int32_t run(std::string_view script);
  bool isEnd(std::string_view word, int32_t& end) const;
  void call(std::string_view word);
  void smtp(std::string_view how);
  void http(std::string_view how);
  void result(std::string_view how);
  void claims(std::string_view how);
  void alloc();
  void other(std::string_view word);
};

int32_t number(std::string_view word) {
  return static_cast<int32_t>(std::stol(std::string(word.substr(word.find(':') + 1))));
}

int32_t Step::run(std::string_view script) {
  while (!script.empty()) {
    auto space = script.find(' ');
    auto word = script.substr(0, space);
    script.remove_prefix(space == std::string_view::npos ? script.size() : space + 1);
    int32_t end = 0;
    if (isEnd(word, end)) return end;
    call(word);
  }
  return BF_STEP_DONE;
}

bool Step::isEnd(std::string_view word, int32_t& end) const {
  if (word == "wait") end = BF_STEP_WAIT;
  else if (word == "error") end = BF_STEP_ERROR;
  else if (word.substr(0, 7) == "return:") end = number(word);
  else return false;
  return true;
}

void Step::call(std::string_view word) {
  if (word.substr(0, 4) == "smtp") return smtp(word.substr(4));
  if (word.substr(0, 4) == "http") return http(word.substr(4));
  if (word.substr(0, 6) == "result") return result(word.substr(6));
  if (word.substr(0, 6) == "claims") return claims(word.substr(6));
  if (word == "alloc") return alloc();
  if (word == "throw") throw std::runtime_error("thrown by \x01 the puppet");
  if (word == "throw_int") throw 42;
  if (word == "report") {
    bf_result r{};
    r.size = sizeof r;
    r.outcome = BF_ACCEPTED;
    r.detail = str(state.notes);
    ops->result(op, &r);
    return;
  }
  other(word);
}

/// A struct as a newer header has it: with more members at its end.
struct LaterSmtp {
  bf_smtp known;
  uint64_t later[4];
};

void Step::smtp(std::string_view how) {
  if (how == "_null") return note("smtp", ops->smtp(op, nullptr, 1));
  if (how == "_null_op") return note("smtp", ops->smtp(nullptr, nullptr, 1));
  LaterSmtp request{};
  bf_smtp& s = request.known;
  s.size = sizeof s;
  s.port = 25;
  s.host = str("mail.example.test");
  s.mail_from = str("shop@example.test");
  std::vector<bf_str> rcpts = {str(state.to)};
  std::vector<bf_seg> message = {{BF_SEG_BYTES, BF_XFORM_RAW, 0, str(kBody)}};
  uint32_t tag = 1;
  if (how.substr(0, 1) == ":") tag = static_cast<uint32_t>(number(how));
  if (how == "_small") s.size -= 1;
  if (how == "_large") s.size = sizeof request;
  if (how == "_no_pointer") s.host = {nullptr, 5};
  if (how == "_long_host") s.host.n = std::numeric_limits<size_t>::max();
  if (how == "_no_rcpts") rcpts.clear();
  if (how == "_port") s.port = 65536;
  if (how == "_tls") s.tls = 9;
  if (how == "_timeout") s.timeout_ms = 1500;
  if (how == "_long_body") message[0].s.n = size_t{1} << 40;
  if (how == "_unknown_kind") message[0].kind = 7;
  if (how == "_unknown_xform") message[0].xform = 7;
  if (how == "_base64") message[0] = {BF_SEG_BLOB, BF_XFORM_BASE64_MIME, state.blob, {}};
  if (how == "_foreign_blob") message[0] = {BF_SEG_BLOB, BF_XFORM_RAW, 99, {}};
  if (how == "_secret_in_body") message[0] = {BF_SEG_SECRET, BF_XFORM_RAW, 0, str("password")};
  if (how.substr(0, 6) == "_login") {
    s.username = str("user");
    s.password = {BF_SEG_SECRET, BF_XFORM_RAW, 0, str("password")};
  }
  if (how == "_login_text") s.password = {BF_SEG_BYTES, BF_XFORM_RAW, 0, str("guessed")};
  if (how == "_login_undeclared") s.password.s = str("other");
  if (how == "_login_unset") s.password.s = str("spare");
  if (how == "_login_encoded") s.password.xform = BF_XFORM_BASE64_MIME;
  s.rcpts = rcpts.data();
  s.n_rcpts = rcpts.size();
  s.message = message.data();
  s.n_message = message.size();
  if (how == "_null_rcpts") s.rcpts = nullptr;
  if (how == "_many_rcpts") s.n_rcpts = std::numeric_limits<size_t>::max() / sizeof(bf_str);
  if (how == "_null_message") s.message = nullptr;
  note("smtp", ops->smtp(op, &s, tag));
}

/// POST that commits; `_get`: one that does not.
void Step::http(std::string_view how) {
  bf_seg url{BF_SEG_BYTES, BF_XFORM_RAW, 0, str("https://mail.example.test/send")};
  bf_http h{};
  h.size = sizeof h;
  h.flags = how == "_get" ? 0 : BF_HTTP_COMMITS;
  h.method = str(how == "_get" ? "GET" : "POST");
  h.url = &url;
  h.n_url = 1;
  note("http", ops->http(op, &h, 2));
}

struct LaterResult {
  bf_result known;
  uint64_t later[4];
};

void Step::result(std::string_view how) {
  if (how == "_null") return note("result", ops->result(op, nullptr));
  LaterResult given{};
  bf_result& r = given.known;
  r.size = sizeof r;
  r.outcome = how.substr(0, 1) == ":" ? number(how) : BF_ACCEPTED;
  std::string dirty("a\0b\xff\xc3", 5);
  dirty += std::string(5000, 'x');
  if (how == "_small") r.size -= 4;
  if (how == "_large") r.size = sizeof given;
  if (how == "_other_recipient") r.recipient = 1;
  if (how == "_no_pointer") r.code = {nullptr, 3};
  if (how == "_dirty") r.provider_id = r.code = r.detail = str(dirty);
  if (how == "_slow_down") {
    r.outcome = BF_THROTTLED;
    r.retry_after_ms = 90'000;
  }
  note("result", ops->result(op, &r));
}

void Step::claims(std::string_view how) {
  if (how == "_null") return note("claims", ops->claims(op, nullptr));
  bf_claims c{};
  c.size = sizeof c;
  c.tenant = str("acme");
  c.subject = str(state.notes);
  c.roles = str("viewer  sender");
  if (how == "_small") c.size -= 8;
  if (how == "_negative") c.expires_at_ms = -1;
  if (how == "_endless") c.expires_at_ms = std::numeric_limits<int64_t>::max();
  if (how == "_soon") c.expires_at_ms = 1'900'000'000'000;
  if (how == "_dirty") c.subject = str("\xff");
  if (how == "_no_pointer") c.tenant = {nullptr, 4};
  note("claims", ops->claims(op, &c));
}

/// Takes memory until there is none, and uses it.
void Step::alloc() {
  size_t taken = 0;
  while (void* place = ops->alloc(op, size_t{1} << 20, 64)) {
    std::memset(place, 1, size_t{1} << 20);
    ++taken;
  }
  note("alloc", static_cast<int64_t>(taken));
  note("odd", ops->alloc(op, 8, 3) == nullptr);
  note("endless", ops->alloc(op, std::numeric_limits<size_t>::max(), 8) == nullptr);
}

void Step::other(std::string_view word) {
  if (word == "fail") return note("fail", ops->fail(op, str("puppet_failed"), str({"on\0purpose", 10})));
  if (word == "fail_no_pointer") return note("fail", ops->fail(op, {nullptr, 5}, {nullptr, 5}));
  if (word.substr(0, 6) == "sleep:") {
    const auto pause = ops->sleep;
    return note("sleep", pause(op, static_cast<uint32_t>(number(word)), 3));
  }
  if (word == "token") return note("token", ops->token(op, str("key"), 0, 4));
  if (word == "put_token") return note("put_token", ops->put_token(op, str("secret-token"), 3600));
  if (word == "credential") return note("credential", ops->credential(op, str("0123456789abcdef"), 5));
  if (word == "credential_no_pointer") return note("credential", ops->credential(op, {nullptr, 5}, 5));
  if (word == "decline") return note("decline", ops->decline(op));
  if (word == "now") return note("now", ops->now_ms(op) == ops->now_ms(op) && ops->now_ms(op) > 1'600'000'000'000);
  if (word == "random") {
    unsigned char bytes[64] = {};
    ops->random(op, bytes, sizeof bytes);
    int zeros = 0;
    for (auto byte : bytes) zeros += byte == 0;
    return note("random", zeros < 32);
  }
  if (word == "request")
    return note("to=" + std::string(req != nullptr && req->n_messages == 1 ? view(req->messages[0]->to) : "nobody"));
  if (word == "random_nowhere") return ops->random(op, nullptr, 8);
  throw std::logic_error("the puppet does not know the word " + std::string(word));
}

struct Instance {
  const bf_host* host;
};

bf_status create(const bf_host* host, bf_str config, bf_inst** out, char* err, size_t cap) {
  auto has = [&](const char* word) { return view(config).find(word) != std::string_view::npos; };
  if (has("\"throw\"")) throw std::runtime_error("create threw");
  if (has("\"nothing\"")) return BF_OK;
  if (has("\"status\"")) return BF_E_UNSUPPORTED;
  if (has("\"unended\"")) {
    std::memset(err, 'x', cap);
    return BF_E_INVALID;
  }
  if (has("\"log\"")) {
    const auto* log = static_cast<const bf_log_v1*>(host->get(host, BF_LOG_1));
    bf_kv fields[] = {{str("key"), str("val\x01ue")}, {str("lost"), {nullptr, 4}}};
    log->log(host, BF_LOG_WARN, str("puppet made"), fields, 2);
    log->log(host, 77, {nullptr, 3}, nullptr, 5);
    log->log(nullptr, BF_LOG_WARN, str("from nobody"), nullptr, 0);
    if (host->get(host, nullptr) != nullptr || host->get(host, "belfry.kv/1") != nullptr) return BF_E_INTERNAL;
    if (host->get(host, BF_CREDENTIALS_1) != nullptr) return BF_E_INTERNAL;  // a channel has no business with it
  }
  *out = reinterpret_cast<bf_inst*>(new Instance{host});
  return BF_OK;
}

void destroy(bf_inst* inst) { delete reinterpret_cast<Instance*>(inst); }

void keep(char* out, size_t size, std::string_view text) {
  std::snprintf(out, size, "%.*s", static_cast<int>(text.size()), text.data());
}

int32_t begin(bf_inst*, bf_op* op, const bf_ops* ops, void* memory, const bf_req* req) {
  auto& state = *static_cast<State*>(memory);
  std::string_view script;
  if (req->kind == BF_REQ_SEND) {
    const bf_msg& message = *req->messages[0];
    keep(state.to, sizeof state.to, view(message.to));
    if (message.n_attachments > 0) state.blob = message.attachments[0]->blob;
    for (size_t i = 0; i < message.n_content; ++i) {
      if (view(message.content[i].key) == "do") script = view(message.content[i].value);
      if (view(message.content[i].key) == "then") keep(state.then, sizeof state.then, view(message.content[i].value));
    }
  } else if (req->kind == BF_REQ_TOKEN) {
    script = "http_get wait";
    keep(state.then, sizeof state.then, "put_token");
  } else {
    script = view(req->presented->value);
    auto bar = script.find('|');
    if (bar != std::string_view::npos) keep(state.then, sizeof state.then, script.substr(bar + 1));
    script = script.substr(0, bar);
  }
  return Step{op, ops, state, req}.run(script);
}

int32_t resume(bf_inst*, bf_op* op, const bf_ops* ops, void* memory, const bf_input* input) {
  Step step{op, ops, *static_cast<State*>(memory), input->req};
  std::string what =
      "in(" + std::to_string(input->tag) + "," + std::to_string(input->fate) + "," + std::string(view(input->error));
  if (input->smtp != nullptr) what += "," + std::to_string(input->smtp->last.code);
  if (input->http != nullptr) what += "," + std::to_string(input->http->status);
  if (input->credential != nullptr)
    what += "," + std::to_string(input->credential->found) + "," + std::string(view(input->credential->roles));
  step.note(what + ")");
  return step.run(step.state.then);
}

const bf_machine_v1 kTable = {sizeof kTable, 0, sizeof(State), alignof(State), 1, 0, create, destroy, begin, resume};

const void* get(const char* id) {
  return std::strcmp(id, BF_CHANNEL_1) == 0 || std::strcmp(id, BF_AUTH_1) == 0 ? &kTable : nullptr;
}

}  // namespace

MODULE_ENTRY(get)
