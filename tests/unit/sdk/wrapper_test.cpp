// The trampolines of belfry.hpp, called through the C table as a host calls them.
#include <belfry/belfry.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "check/fake_host.h"
#include "check/op_state.h"
#include "check/recorder.h"

namespace belfry {
namespace {

using ::testing::HasSubstr;

struct Probe : Channel<Probe> {
  struct Config {
    std::string name = "default";
    std::uint16_t port = 25;
    bool loud = false;
    std::optional<std::string> note;
    std::vector<std::string> hosts;
  };
  BF_FIELDS(Config, name, port, loud, note, hosts)
  struct State {
    std::uint32_t steps;
  };

  std::string check() const {
    if (config.name == "throw") throw std::runtime_error("thrown in check");
    return config.name.empty() ? "name is empty" : "";
  }

  int begin(Op& op, State& state, const Send& send) const {
    ++state.steps;
    if (send.to() == "throw") throw std::runtime_error("thrown in begin");
    if (send.to() == "throw-int") throw 7;
    if (send.to() == "no-memory") throw std::bad_alloc();
    if (send.to() == "old-host") op.nowMs();
    Rope rope;
    rope.bytes("a").bytes("b").blob(3, BF_XFORM_BASE64_MIME).bytes("c");
    SmtpTransaction t;
    t.host = config.name;
    t.port = config.port;
    t.username = "u";
    t.password_secret = "password";
    t.mail_from = "f";
    t.rcpts = {send.to()};
    return op.send(t, rope, 5);
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    SendResult r;
    r.outcome = BF_ACCEPTED;
    r.code = std::to_string(++state.steps) + " " + std::to_string(reply.tag());
    return op.done(r);
  }
};

std::string json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return buffer.GetString();
}

class Wrapper : public ::testing::Test {
 protected:
  const bf_channel_v1& table() { return *static_cast<const bf_channel_v1*>(Probe::interfaceTable(BF_CHANNEL_1)); }

  bf_status create(const std::string& config) {
    return table().create(&check::fakeHost(), {config.data(), config.size()}, &instance_, reason_, sizeof reason_);
  }

  void TearDown() override {
    if (instance_) table().destroy(instance_);
  }

  std::int32_t begin(const std::string& to, const bf_ops& ops = check::Recorder::ops()) {
    bf_msg msg{};
    msg.size = sizeof msg;
    msg.to = str(to);
    const bf_msg* list[] = {&msg};
    bf_req req{sizeof req, BF_REQ_SEND, list, 1, nullptr};
    recorder_.restore({});  // an operation of its own
    return table().begin(instance_, recorder_.op(), &ops, op_state_.get(), &req);
  }

  std::string emitted() { return json(recorder_.takeEmissions()); }

  rapidjson::Document document_;
  check::Recorder recorder_{document_.GetAllocator(), 0};
  check::OpState op_state_{table()};
  bf_inst* instance_ = nullptr;
  char reason_[128] = "";
};

TEST_F(Wrapper, TableHasTheSizesOfTheState) {
  EXPECT_EQ(table().size, sizeof(bf_channel_v1));
  EXPECT_GE(table().op_state_size, sizeof(Probe::State) + sizeof(std::int32_t));  // and the kind of the request
  EXPECT_EQ(table().max_batch, 1u);
  EXPECT_EQ(Probe::interfaceTable("belfry.channel/2"), nullptr);
}

TEST_F(Wrapper, ConfigIsBoundAndStateCarriedOver) {
  ASSERT_EQ(create(R"({"name":"mx","port":65535,"loud":true,"note":"n","hosts":["a","b"]})"), BF_OK) << reason_;
  EXPECT_EQ(begin("ada"), BF_STEP_WAIT);
  EXPECT_EQ(
      emitted(),
      R"([{"smtp":{"host":"mx","port":65535,"tls":"starttls","username":"u","password":{"secret":"password"},"mail_from":"f","rcpts":["ada"],)"
      R"("message":[{"bytes":"ab"},{"blob":3,"xform":"base64_mime"},{"bytes":"c"}]},"tag":5}])");
  bf_smtp_reply reply{};
  bf_input input{};
  input.size = sizeof input;
  input.kind = BF_IN_SMTP;
  input.tag = 5;
  input.smtp = &reply;
  EXPECT_EQ(table().resume(instance_, recorder_.op(), &check::Recorder::ops(), op_state_.get(), &input), BF_STEP_DONE);
  EXPECT_EQ(emitted(), R"([{"result":{"recipient":0,"outcome":"accepted","code":"2 5"}}])");
}

TEST_F(Wrapper, BadConfigNamesKeyValueAndWhatIsAllowed) {
  const struct {
    const char* config;
    const char* reason;
  } faults[] = {{"", "the config is not JSON"},
                {"[]", "the config must be a JSON object"},
                {R"({"port":-1})", "port is -1; allowed: a whole number from 0 to 65535"},
                {R"({"port":65536})", "port is 65536; allowed: a whole number from 0 to 65535"},
                {R"({"port":1.5})", "port is 1.5; allowed: a whole number"},
                {R"({"name":5})", "name is 5; allowed: a string"},
                {R"({"loud":"yes"})", "loud is \"yes\"; allowed: true or false"},
                {R"({"hosts":["a",1]})", "hosts is an array; allowed: an array of strings"},
                {R"({"note":null})", "note is null; allowed: a string"},
                {R"({"prot":25})", "prot is not known; allowed: name, port, loud, note, hosts"},
                {R"({"name":""})", "name is empty"}};
  for (const auto& fault : faults) {
    EXPECT_EQ(create(fault.config), BF_E_INVALID) << fault.config;
    EXPECT_THAT(reason_, HasSubstr(fault.reason));
  }
}

TEST_F(Wrapper, ReasonIsCutToItsBuffer) {
  char tiny[8];
  std::memset(tiny, 'x', sizeof tiny);
  const std::string config = R"({"name":""})";
  EXPECT_EQ(table().create(&check::fakeHost(), {config.data(), config.size()}, &instance_, tiny, sizeof tiny),
            BF_E_INVALID);
  EXPECT_STREQ(tiny, "name is");
  EXPECT_EQ(table().create(&check::fakeHost(), {config.data(), config.size()}, &instance_, nullptr, 0), BF_E_INVALID);
}

TEST_F(Wrapper, NoExceptionCrosses) {
  EXPECT_EQ(create(R"({"name":"throw"})"), BF_E_INTERNAL);
  EXPECT_STREQ(reason_, "thrown in check");
  ASSERT_EQ(create("{}"), BF_OK);
  EXPECT_EQ(begin("throw"), BF_STEP_ERROR);
  EXPECT_EQ(emitted(), R"([{"fail":{"code":"plugin_exception","detail":"thrown in begin"}}])");
  EXPECT_EQ(begin("throw-int"), BF_STEP_ERROR);
  EXPECT_THAT(emitted(), HasSubstr("unknown type"));
  EXPECT_EQ(begin("no-memory"), BF_STEP_ERROR);
  EXPECT_THAT(emitted(), HasSubstr("out_of_memory"));
}

TEST_F(Wrapper, VerbThatTheHostRefusesEndsTheOperation) {
  ASSERT_EQ(create("{}"), BF_OK);
  auto ops = check::Recorder::ops();
  ops.smtp = [](bf_op*, const bf_smtp*, std::uint32_t) -> bf_status { return BF_E_LIMIT; };
  EXPECT_EQ(begin("ada", ops), BF_STEP_ERROR);
  EXPECT_EQ(emitted(), R"([{"fail":{"code":"host_refused","detail":"a limit is exceeded"}}])");
}

TEST_F(Wrapper, HostOrSecretThatIsDeniedStopsTheProvider) {
  ASSERT_EQ(create("{}"), BF_OK);
  auto ops = check::Recorder::ops();
  ops.smtp = [](bf_op*, const bf_smtp*, std::uint32_t) -> bf_status { return BF_E_DENIED; };
  EXPECT_EQ(begin("ada", ops), BF_STEP_DONE);
  EXPECT_THAT(emitted(), HasSubstr(R"("outcome":"credential","code":"denied")"));
}

TEST_F(Wrapper, MembersBeyondTheHostsSizeAreNotRead) {
  ASSERT_EQ(create("{}"), BF_OK);
  auto ops = check::Recorder::ops();
  ops.size = offsetof(bf_ops, now_ms);
  ops.now_ms = reinterpret_cast<std::int64_t (*)(bf_op*)>(std::uintptr_t{0x5a5a5a5a});
  EXPECT_EQ(begin("old-host", ops), BF_STEP_ERROR);
  EXPECT_THAT(emitted(), HasSubstr("the host does not know this verb"));
}

TEST_F(Wrapper, RequestOfAnotherKindFailsTheOperation) {
  ASSERT_EQ(create("{}"), BF_OK);
  bf_req req{sizeof req, BF_REQ_AUTHENTICATE, nullptr, 0, nullptr};
  EXPECT_EQ(table().begin(instance_, recorder_.op(), &check::Recorder::ops(), op_state_.get(), &req), BF_STEP_DONE);
  EXPECT_THAT(emitted(), HasSubstr("unsupported"));
}

TEST(SmtpOutcome, EveryRefusalHasAnOutcome) {
  for (const auto stage :
       {SmtpStage::any, SmtpStage::before_recipient, SmtpStage::recipient, SmtpStage::after_recipient})
    for (std::int32_t code = 400; code <= 599; ++code)
      for (const char* enhanced : {"", "4.7.1", "5.1.1", "5.7.1", "5.0.0", "junk", "4", "5."}) {
        const auto outcome = smtpOutcome(code, enhanced, stage);
        EXPECT_GE(outcome, BF_REJECTED_RECIPIENT) << code << " " << enhanced;
        EXPECT_LE(outcome, BF_RETRY) << code << " " << enhanced;
      }
  EXPECT_EQ(smtpOutcome(250, "2.0.0", SmtpStage::any), 0);
}

TEST(SmtpOutcome, NobodyIsSuppressedBeforeTheirAddressWasNamed) {
  for (std::int32_t code = 400; code <= 599; ++code)
    for (const char* enhanced : {"", "5.1.1", "5.1.10", "5.2.1", "5.1.0"})
      EXPECT_NE(smtpOutcome(code, enhanced, SmtpStage::before_recipient), BF_REJECTED_RECIPIENT)
          << code << " " << enhanced;
}

TEST(SmtpOutcome, NothingTemporarySuppressesOrFails) {
  for (std::int32_t code = 400; code <= 499; ++code)
    for (const char* enhanced : {"", "4.1.1", "5.1.1", "4.7.0", "4.2.2"}) {
      const auto outcome = smtpOutcome(code, enhanced, SmtpStage::recipient);
      EXPECT_TRUE(outcome == BF_RETRY || outcome == BF_THROTTLED || code == 432) << code << " " << enhanced;
    }
}

TEST(Reply, MaybeSentIsUnknownWhateverElseIsSaid) {
  for (const char* error : {"timeout", "connect", "tls", "auth", "egress_refused", "dns", ""})
    for (std::int32_t code : {0, 250, 421, 550}) {
      bf_smtp_reply smtp{};
      smtp.last = {code, 0, {nullptr, 0}, {nullptr, 0}};
      bf_input input{};
      input.fate = BF_FATE_MAYBE_SENT;
      input.error = str(error);
      input.smtp = &smtp;
      const auto outcome = Reply(input).standardOutcome();
      ASSERT_TRUE(outcome);
      EXPECT_EQ(outcome->outcome, BF_UNKNOWN) << error << " " << code;
    }
}

TEST(Reply, WithoutAnyAnswerNothingIsAcceptedAndNothingRepeated) {
  bf_input input{};
  input.fate = BF_FATE_DONE;
  const auto outcome = Reply(input).standardOutcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->outcome, BF_UNKNOWN);
}

}  // namespace
}  // namespace belfry
