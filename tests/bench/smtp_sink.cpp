// A minimal SMTP server for measurements: PIPELINING, messages counted and thrown away. It speaks enough of RFC 5321 to
// notice a client that gets the order of commands, the CRLFs or the final dot wrong, since a figure over a server that
// accepts anything would mean nothing. Tests of behaviour use tests/support/mail_sink.py. Commands: sink_server.h.
#include "sink_server.h"

namespace {

constexpr std::size_t kLongestLine = 2000;  // RFC 5321 §4.5.3.1.4 asks for 512; SMTPUTF8 and parameters need more

/// One client's dialogue: takes bytes, gives answers, says when a message is complete.
class Dialogue {
 public:
  explicit Dialogue(sink::Counters& counters) : counters_(counters) { out = "220 smtp-sink.test ESMTP\r\n"; }

  /// Handles what it can of `in`. Stops at a complete message, whose answer the server gives when its delay is over.
  void advance() {
    while (!awaits_answer && !closing) {
      if (state_ == State::data ? !takeContent() : !takeLine()) return;
    }
  }

  void answerMessage() {
    awaits_answer = false;
    state_ = State::greeted;
    out += "250 2.0.0 kept\r\n";
  }

  std::string in, out;
  bool awaits_answer = false;
  bool closing = false;

 private:
  static constexpr std::size_t kRcpt = sizeof "RCPT TO:<" - 1;
  enum class State { fresh, greeted, mail, rcpt, data };

  bool takeLine() {
    const auto end = in.find('\n');
    if (end == in.npos) {
      if (in.size() > kLongestLine) refuse("500 5.5.2 line too long"), closing = true;
      return false;
    }
    if (end == 0 || in[end - 1] != '\r') refuse("500 5.5.2 bare LF");
    else command(std::string_view(in).substr(0, end - 1));
    in.erase(0, end + 1);
    return true;
  }

  static bool is(std::string_view line, std::string_view verb) {
    return line.size() >= verb.size() && strncasecmp(line.data(), verb.data(), verb.size()) == 0;
  }

  void command(std::string_view line) {
    if (is(line, "EHLO ")) return hello();
    if (is(line, "MAIL FROM:<")) return step(State::greeted, State::mail, "250 2.1.0 sender ok");
    if (is(line, "RCPT TO:<")) {
      recipient_ = line.substr(kRcpt);
      return step(state_ == State::rcpt ? State::rcpt : State::mail, State::rcpt, "250 2.1.5 recipient ok");
    }
    if (is(line, "DATA") && line.size() == 4) return step(State::rcpt, State::data, "354 go ahead");
    if (is(line, "RSET")) return reset();
    if (is(line, "NOOP")) return answer("250 2.0.0 ok");
    if (is(line, "QUIT")) return answer("221 2.0.0 bye"), void(closing = true);
    refuse("500 5.5.1 unknown command");
  }

  void hello() {
    state_ = State::greeted;
    out += "250-smtp-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 33554432\r\n";
  }

  void reset() {
    if (state_ != State::fresh) state_ = State::greeted;
    answer("250 2.0.0 ok");
  }

  void step(State from, State to, const char* text) {
    if (state_ != from) return refuse("503 5.5.1 bad sequence of commands");
    state_ = to;
    answer(text);
  }

  bool takeContent() {
    // The dot's CRLF may be the one that ends DATA's own line: an empty message.
    const bool empty = in.compare(0, 3, ".\r\n") == 0;
    const auto end = empty ? 0 : in.find("\r\n.\r\n", searched_);
    if (end == in.npos) {
      searched_ = in.size() > 4 ? in.size() - 4 : 0;
      return false;
    }
    searched_ = 0;
    const std::size_t size = empty ? 3 : end + 5;
    counters_.count(size, recipient_);
    in.erase(0, size);
    awaits_answer = true;
    return true;
  }

  void answer(const char* text) { (out += text) += "\r\n"; }
  void refuse(const char* text) {
    ++counters_.wrong;
    answer(text);
  }

  sink::Counters& counters_;
  State state_ = State::fresh;
  std::string recipient_;
  std::size_t searched_ = 0;
};

}  // namespace

int main(int argc, char** argv) { return sink::run<Dialogue>(argc, argv); }
