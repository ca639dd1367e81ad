// What the plugin boundary costs in process, for each message: the operation's memory, the views of the message, begin,
// resume and what is copied between them. The plugin does nothing and the exchange answers at once, so that only the
// boundary is left. Goal: begin+resume below 1 µs. Run:
//   build/release/bench/plugin_boundary_bench
#include <belfry/channel.h>
#include <benchmark/benchmark.h>

#include "adapters/openssl/openssl_signatures.h"
#include "adapters/plugins/host_services.h"
#include "adapters/plugins/send_operation.h"

namespace {

using namespace belfry;

struct State {
  char message_id[320];  // as much as the SMTP plugin keeps
};

bf_str str(std::string_view text) { return {text.data(), text.size()}; }

int instance;
bf_status create(const bf_host*, bf_str, bf_inst** out, char*, size_t) {
  *out = reinterpret_cast<bf_inst*>(&instance);
  return BF_OK;
}
void destroy(bf_inst*) {}

int32_t accept(bf_op* op, const bf_ops* ops) {
  bf_result result{};
  result.size = sizeof result;
  result.outcome = BF_ACCEPTED;
  ops->result(op, &result);
  return BF_STEP_DONE;
}

int32_t acceptAtOnce(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req*) { return accept(op, ops); }

int32_t sendOne(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req* req) {
  bf_smtp smtp{};
  smtp.size = sizeof smtp;
  smtp.port = 25;
  smtp.host = str("relay.test");
  smtp.mail_from = str("a@example.test");
  smtp.rcpts = &req->messages[0]->to;
  smtp.n_rcpts = 1;
  const bf_seg body = {BF_SEG_BYTES, BF_XFORM_RAW, 0, req->messages[0]->content[0].value};
  smtp.message = &body;
  smtp.n_message = 1;
  ops->smtp(op, &smtp, 1);
  return BF_STEP_WAIT;
}

int32_t postOne(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req* req) {
  const bf_seg url = {BF_SEG_BYTES, BF_XFORM_RAW, 0, str("https://relay.test/v1/messages")};
  const bf_seg type = {BF_SEG_BYTES, BF_XFORM_RAW, 0, str("application/json")};
  const bf_header header = {str("Content-Type"), &type, 1};
  const bf_seg body = {BF_SEG_BYTES, BF_XFORM_RAW, 0, req->messages[0]->content[0].value};
  bf_http http{};
  http.size = sizeof http;
  http.flags = BF_HTTP_COMMITS;
  http.method = str("POST");
  http.url = &url;
  http.n_url = 1;
  http.headers = &header;
  http.n_headers = 1;
  http.body = &body;
  http.n_body = 1;
  ops->http(op, &http, 1);
  return BF_STEP_WAIT;
}

int32_t acceptAnswer(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_input*) { return accept(op, ops); }

/// Answers 250 or 200 before start() returns.
class ImmediateExchange final : public Exchange {
 public:
  ExchangeHandle start(SmtpExchange request, SmtpDone done) override {
    SmtpResult result;
    result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
    result.recipients.resize(request.recipients.size(), SmtpReply{250, "", ""});
    result.data = SmtpReply{250, "", ""};
    done(std::move(result));
    return {1};
  }
  ExchangeHandle start(HttpExchange, HttpDone done) override {
    HttpResult result;
    result.outcome = {ExchangeFate::done, ExchangeError::none, ""};
    result.reply =
        HttpReply{200, {{"content-type", "application/json"}, {"x-request-id", "1"}}, std::string(100, 'y'), false};
    done(std::move(result));
    return {1};
  }
  void cancel(ExchangeHandle) override {}
};

class NoValues final : public PluginValues {
 public:
  std::optional<std::string> get(TenantId, ProviderId, std::string_view) override { return std::nullopt; }
  void put(TenantId, ProviderId, std::string_view, std::string_view, Duration) override {}
};

bf_channel_v1 table(int32_t (*begin)(bf_inst*, bf_op*, const bf_ops*, void*, const bf_req*)) {
  return {sizeof(bf_channel_v1), 0, sizeof(State), alignof(State), 1, 0, create, destroy, begin, acceptAnswer, nullptr};
}

void runOperations(benchmark::State& state, const bf_channel_v1& channel) {
  const Log log(2, LogLevel::error);
  ImmediateExchange exchange;
  auto machine = plugins::Machine::create(
      channel,
      std::make_unique<plugins::HostServices>(plugins::HostServiceParts{log, nullptr, {}, {}, {}}, "noop", "bench"),
      "{}");
  openssl::OpenSslSignatures signatures;
  NoValues values;
  plugins::TaskThread tasks;
  auto context = std::shared_ptr<const plugins::InstanceContext>(
      new plugins::InstanceContext{*machine,
                                   exchange,
                                   signatures,
                                   values,
                                   tasks,
                                   log,
                                   {},
                                   {},
                                   "scope",
                                   {"relay.test"},
                                   {},
                                   {},
                                   {},
                                   std::make_shared<plugins::TokenCache>()});
  auto message = std::make_shared<OutgoingMessage>();
  message->attempt = 1;
  message->channel = Channel::email;
  message->to = "ada@example.test";
  message->content = {{"text", std::string(1024, 'x')}, {"subject", "hello"}};
  message->deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  long accepted = 0;
  for (auto _ : state) {
    plugins::SendOperation::launch(context, {message}, [&](const std::vector<SendOutcome>& outcomes) {
      accepted += outcomes.front().outcome == Outcome::accepted;
    });
  }
  if (accepted != static_cast<long>(state.iterations())) state.SkipWithError("not every operation was accepted");
}

/// begin alone: a message that is answered without an exchange.
void beginOnly(benchmark::State& state) { runOperations(state, table(acceptAtOnce)); }
/// begin, one exchange with a body of 1 KiB, resume.
void beginAndResume(benchmark::State& state) { runOperations(state, table(sendOne)); }
/// The same over HTTP, with an answer of two headers and 100 bytes.
void beginAndResumeHttp(benchmark::State& state) { runOperations(state, table(postOne)); }

BENCHMARK(beginOnly);
BENCHMARK(beginAndResume);
BENCHMARK(beginAndResumeHttp);

}  // namespace

BENCHMARK_MAIN();
