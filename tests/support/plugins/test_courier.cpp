// A channel plugin for tests: every text is accepted; a text "slow" is accepted after two seconds. A callback is one
// receipt a line, `TYPE DELIVERY ATTEMPT KEY`, TYPE being the ABI's number; `-` leaves DELIVERY out. Its header
// x-courier-signature must be "good", and x-courier-time, Unix milliseconds, at most five minutes old.
#include <belfry/belfry.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view word(std::string_view& line) {
  const auto end = line.find(' ');
  const auto found = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return found;
}

class Courier : public belfry::Channel<Courier> {
 public:
  struct Config {
    std::string note;
  };
  BF_FIELDS(Config, note)
  struct State {
    char id[64];
  };

  int begin(Op& op, State& state, const Send& send) const {
    send.deliveryId().copy(state.id, sizeof state.id - 1);
    constexpr auto kDelay = &Op::sleep;  // the plugin's verb: nothing waits in the test
    return send.text() == "slow" ? (op.*kDelay)(2000, 0) : accepted(op, state);
  }
  int resume(Op& op, State& state, const Reply&) const { return accepted(op, state); }

  int webhook(Op& op, State&, const Webhook& callback) const {
    constexpr std::int64_t kMostAgeMs = 5 * 60 * 1000;
    if (callback.method() == "GET") return op.reply(200, callback.queryParam("challenge"));
    if (callback.header("x-courier-signature") != "good") return op.reply(403, {}, "bad_signature");
    if (callback.receivedMs() - number(callback.header("x-courier-time")) > kMostAgeMs)
      return op.reply(403, {}, "stale");
    if (callback.body() == "fail") return op.fail("told_to", "as the body says");
    if (callback.body() == "nonsense") return op.reply(400, {}, "malformed");
    auto body = callback.body();
    while (!body.empty()) {
      const auto end = body.find('\n');
      tell(op, body.substr(0, end));
      body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    }
    return op.reply(200, "thanks", {}, {{"content-type", "text/plain"}});
  }

  int probe(Op& op, State&) const { return op.done({BF_ACCEPTED, "ok", {}, {}, 0}); }

  int status(Op& op, State&, const Query& query) const {
    belfry::Receipt receipt;
    receipt.type = BF_RECEIPT_DELIVERED;
    receipt.delivery_id = query.deliveryId();
    receipt.attempt = query.attempt();
    receipt.dedupe_key = "looked-up";
    op.event(receipt);
    return op.done({BF_ACCEPTED, "ok", {}, {}, 0});
  }

 private:
  static int accepted(Op& op, const State& state) {
    return op.done({BF_ACCEPTED, "ok", {}, "m-" + std::string(state.id), 0});
  }
  static void tell(Op& op, std::string_view line) {
    belfry::Receipt receipt;
    receipt.type = static_cast<std::int32_t>(number(word(line)));
    const auto delivery = word(line);
    if (delivery != "-") receipt.delivery_id = delivery;
    receipt.attempt = static_cast<std::uint32_t>(number(word(line)));
    receipt.dedupe_key = line;
    op.event(receipt);
  }
};

}  // namespace

BELFRY_PLUGIN(Courier, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
