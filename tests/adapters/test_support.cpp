// The support that other suites stand on, on its own: services, children, the HTTP client, the mail sink.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "support/child_process.h"
#include "support/http_client.h"
#include "support/mail_sink.h"
#include "support/test_services.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Accepts one connection on a free port, reads a request's head and answers with fixed bytes.
class OneReply {
 public:
  explicit OneReply(std::string reply) : reply_(std::move(reply)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 1) != 0)
      throw std::system_error(errno, std::generic_category(), "bind or listen");
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { answer(); });
  }
  ~OneReply() {
    thread_.join();
    ::close(fd_);
  }
  std::uint16_t port() const { return port_; }
  const std::string& received() const { return received_; }  // once the reply was read

 private:
  void answer() {
    const int peer = ::accept(fd_, nullptr, nullptr);
    char byte;
    while (received_.find("\r\n\r\n") == std::string::npos && ::recv(peer, &byte, 1, 0) == 1) received_ += byte;
    ::send(peer, reply_.data(), reply_.size(), MSG_NOSIGNAL);
    ::close(peer);
  }

  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::string reply_;
  std::string received_;
  std::thread thread_;
};

TEST(TestDatabase, BelongsToAPlainRole) {
  const TestDatabase database;
  const auto rows = runSql(database.url(),
                           "SELECT current_user, current_database(), rolsuper, rolcreaterole FROM pg_roles "
                           "WHERE rolname = current_user");
  EXPECT_EQ(rows, (std::vector<SqlRow>{{"belfry", database.name(), "f", "t"}}));
  EXPECT_NO_THROW(runSql(database.url(), "CREATE TABLE mine (id int)"));
}

TEST(TestDatabase, IsEmptyAndGoneAfterwards) {
  std::string name;
  {
    const TestDatabase first;
    const TestDatabase second;
    name = first.name();
    first.sql("CREATE TABLE only_here (id int)");
    EXPECT_EQ(second.scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
  }
  const auto left = runSql(testServices().superuser_url, "SELECT 1 FROM pg_database WHERE datname = '" + name + "'");
  EXPECT_TRUE(left.empty());
}

TEST(TestDatabase, KillsItsConnections) {
  const TestDatabase database;
  std::thread client([&] { EXPECT_THROW(runSql(database.url(), "SELECT pg_sleep(3600)"), std::runtime_error); });
  EXPECT_TRUE(waitUntil(10s, [&] {
    return database.scalar("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3600)'") == "1";
  }));
  database.killConnections();
  client.join();
}

TEST(TestServices, RedisAnswersOnItsSocket) {
  ChildProcess cli({.args = {"redis-cli", "-s", testServices().redis_socket, "ping"}});
  EXPECT_TRUE(cli.waitForOutput("PONG", 10s)) << cli.output();
}

TEST(ChildProcess, TellsExitCodesAndSignals) {
  ChildProcess ends({.args = {"sh", "-c", "echo out; echo err >&2; exit 7"}});
  const auto ended = ends.waitForExit(10s);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code, 7);
  EXPECT_EQ(ends.standardOutput(), "out\n");
  EXPECT_EQ(ends.standardError(), "err\n");

  ChildProcess killed({.args = {"sleep", "1000"}});
  EXPECT_FALSE(killed.waitForExit(1ms).has_value());
  killed.signal(SIGTERM);
  const auto signalled = killed.waitForExit(10s);
  ASSERT_TRUE(signalled.has_value());
  EXPECT_EQ(signalled->signal, SIGTERM);
}

TEST(ChildProcess, PassesEnvironmentAndGivesUpOnOutputWhenTheChildEnds) {
  ChildProcess child({.args = {"sh", "-c", "echo \"got $BELFRY_WORD\""}, .env = {{"BELFRY_WORD", "a word"}}});
  EXPECT_EQ(child.waitForLine("got", 10s), "got a word");
  EXPECT_FALSE(child.waitForOutput("never written", 60s));
  EXPECT_THROW(ChildProcess({.args = {"/no/such/program"}}), std::runtime_error);
}

TEST(HttpClient, ReadsLengthsChunksAndCloses) {
  OneReply sized("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-Id:  7 \r\n\r\nokrest");
  const auto first = request("POST", sized.port(), "/send", {{"X-Key", "k"}}, "{}");
  EXPECT_EQ(first.status, 202) << first.error;
  EXPECT_EQ(first.body, "ok");
  EXPECT_EQ(first.headers.at("x-id"), "7");
  EXPECT_EQ(sized.received(), "POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nX-Key: k\r\n\r\n");

  OneReply chunked(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n");
  EXPECT_EQ(request("GET", chunked.port(), "/").body, "abc0123456789");

  OneReply until_close("HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_EQ(request("GET", until_close.port(), "/").body, "all of it");
}

TEST(HttpClient, SaysWhyThereIsNoReply) {
  OneReply cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  const auto reply = request("GET", cut.port(), "/");
  EXPECT_EQ(reply.status, 0);
  EXPECT_THAT(reply.error, HasSubstr("ended early"));
  EXPECT_THAT(request("GET", freePort(), "/").error, HasSubstr("Connection refused"));
}

/// Talks to the sink as Python's own SMTP client does; what the script prints.
std::string talk(const MailSink& sink, const std::string& script, const std::string& ca_file = "") {
  ChildProcess client({.args = {"/usr/bin/python3", "-c", script, std::to_string(sink.port()), ca_file}});
  const auto exit = client.waitForExit(30s);
  EXPECT_TRUE(exit && exit->code == 0) << client.output() << sink.output();
  return client.standardOutput();
}

TEST(MailSink, KeepsWhatArrivesAndMisbehavesOnRequest) {
  const MailSink sink;
  const auto said = talk(sink, R"(
import smtplib, sys
s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]))
print(s.sendmail('me@a.test', ['ada@a.test', 'reject-550@a.test', 'defer-451@a.test'], 'Subject: x\r\n\r\nhello'))
try:
    s.sendmail('me@a.test', ['drop@a.test'], 'y')
except smtplib.SMTPServerDisconnected:
    print('dropped')
)");
  EXPECT_THAT(said, HasSubstr("'reject-550@a.test': (550"));
  EXPECT_THAT(said, HasSubstr("'defer-451@a.test': (451"));
  EXPECT_THAT(said, HasSubstr("dropped"));
  ASSERT_EQ(sink.messages().size(), 2u);
  EXPECT_THAT(sink.messages()[0], HasSubstr(R"("rcpts": ["ada@a.test"], "data": "Subject: x\r\n\r\nhello\r\n")"));
  EXPECT_THAT(sink.messages()[1], HasSubstr(R"("rcpts": ["drop@a.test"])"));
}

TEST(MailSink, DemandsTlsAndLogin) {
  const TestCertificate tls;
  const MailSink sink({"--starttls", "--tls-cert", tls.certificate(), "--tls-key", tls.key(), "--auth", "ada:secret"});
  const auto said = talk(sink, R"(
import smtplib, ssl, sys
def mail(prepare):
    s = smtplib.SMTP('localhost', int(sys.argv[1]))
    try:
        prepare(s)
        s.sendmail('me@a.test', ['ada@a.test'], 'hello')
        print('sent')
    except smtplib.SMTPResponseException as e:
        print(e.smtp_code)
context = ssl.create_default_context(cafile=sys.argv[2])
mail(lambda s: None)
mail(lambda s: s.starttls(context=context))
mail(lambda s: (s.starttls(context=context), s.login('ada', 'wrong')))
mail(lambda s: (s.starttls(context=context), s.login('ada', 'secret')))
)",
                         tls.certificate());
  EXPECT_EQ(said, "530\n530\n535\nsent\n");
  ASSERT_EQ(sink.messages().size(), 1u);
  EXPECT_THAT(sink.messages()[0], HasSubstr(R"("tls": "TLSv1.3", "auth_user": "ada")"));
}

TEST(MailSink, IsControlledForEverybody) {
  const MailSink sink;
  const std::string greet =
      "import smtplib, sys\ntry: smtplib.SMTP('127.0.0.1', int(sys.argv[1])); print('hello')\n"
      "except smtplib.SMTPConnectError as e: print(e.smtp_code)";
  sink.control(R"({"greeting": "421 4.3.2 busy"})");
  EXPECT_EQ(talk(sink, greet), "421\n");
  sink.control("");
  EXPECT_EQ(talk(sink, greet), "hello\n");
}

}  // namespace
}  // namespace belfry::test
