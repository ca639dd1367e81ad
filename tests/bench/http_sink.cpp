// A minimal stand-in for SendGrid's v3 API, for measurements: POST /v3/mail/send with a Content-Length gets 202 with
// X-Message-Id and an id in the body, as cheap as the mock provider of the reference. It insists on method, path and
// credential, since a figure over a server that accepts anything would mean nothing. Commands: sink_server.h.
#include "sink_server.h"

namespace {

class Dialogue {
 public:
  explicit Dialogue(sink::Counters& counters) : counters_(counters) {}

  /// Handles what it can of `in`. Stops at a complete request, whose answer the server gives when its delay is over.
  void advance() {
    while (!awaits_answer && !closing && takeRequest()) continue;
  }

  void answerMessage() {
    awaits_answer = false;
    char body[48], head[256];
    const int size = std::snprintf(body, sizeof body, "{\"id\":\"m-%ld\"}", counters_.messages);
    std::snprintf(head, sizeof head,
                  "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nX-Message-Id: m-%ld\r\n"
                  "Content-Length: %d\r\nConnection: keep-alive\r\n\r\n",
                  counters_.messages, size);
    (out += head) += body;
  }

  std::string in, out;
  bool awaits_answer = false;
  bool closing = false;

 private:
  static constexpr std::string_view kRequest = "POST /v3/mail/send HTTP/1.1\r\n";
  static constexpr std::string_view kCredential = "\r\nauthorization: bearer ";
  static constexpr std::string_view kLength = "\r\ncontent-length: ";
  static constexpr std::string_view kRecipient = "\"to\":[{\"email\":\"";

  /// Place of a field's value in the head; npos when it is absent.
  std::size_t valueOf(std::string_view field, std::size_t head_end) const {
    for (auto line = in.find("\r\n"); line < head_end; line = in.find("\r\n", line + 2))
      if (strncasecmp(in.data() + line, field.data(), field.size()) == 0) return line + field.size();
    return in.npos;
  }

  bool takeRequest() {
    const auto head_end = in.find("\r\n\r\n");
    if (head_end == in.npos) return false;
    const auto length = valueOf(kLength, head_end);
    if (in.compare(0, kRequest.size(), kRequest) != 0 || length == in.npos || valueOf(kCredential, head_end) == in.npos)
      return refuse();
    const auto body = head_end + 4;
    const auto end = body + std::strtoul(in.data() + length, nullptr, 10);
    if (in.size() < end) return false;
    const auto recipient = in.find(kRecipient, body);
    if (recipient >= end) return refuse();
    counters_.count(end, std::string_view(in).substr(recipient + kRecipient.size(), 64));
    in.erase(0, end);
    awaits_answer = true;
    return true;
  }

  bool refuse() {
    ++counters_.wrong;
    out += "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    closing = true;
    return false;
  }

  sink::Counters& counters_;
};

}  // namespace

int main(int argc, char** argv) { return sink::run<Dialogue>(argc, argv); }
