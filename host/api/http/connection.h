// One connection's life: read a head, read a body, wait for the answer, write it, again. Internal to the edge.
//
// One request at a time: the next pipelined request is looked at when the previous answer stands in the output, so
// answers are in order by construction and a client that pipelines without reading is held back by TCP. While idle a
// connection owns no buffer: reads go to the loop's scratch space, and `input_` and `output_` are given back when
// empty.
//
// Everything runs on the shard's thread. A connection is in one phase and waits for at most one read and one write.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "api/http/chunked_body.h"
#include "api/http/edge_context.h"
#include "api/http/mailbox.h"
#include "api/http/request_head.h"

namespace belfry::edge {

class Shard;

using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, boost::asio::io_context::executor_type>;
using Steady = std::chrono::steady_clock;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shard& shard, Socket socket);

  void start();
  /// The handler's answer, in time or too late.
  void onAnswer(Answer answer);
  /// An answer given while handle() runs for this connection; it is left alone and false returned otherwise.
  bool acceptWithinHandler(Answer& answer);
  /// Closes an idle connection; one with a request goes on and closes behind it.
  void beginDrain();
  void close();
  bool isDue(Steady::time_point now) const { return now >= deadline_; }
  /// The current wait took too long.
  void onDeadline();

  std::size_t slot = 0;  ///< its place in the shard's list, kept by the shard

 private:
  enum class Phase { head, body, answering, leaving, closing, lingering, closed };
  enum class Progress { again, blocked };

  /// What is kept of a request beside what the handler got.
  struct Current {
    RequestHead head;
    std::string method;  ///< of the request, which moved to the handler
    std::string path;
    std::string request_id;
    std::size_t head_bytes = 0;
    std::size_t body_bytes = 0;  ///< counted in EdgeContext::buffered_bytes
    std::size_t max_body = 0;
    std::uint64_t body_left = 0;
    std::optional<ChunkedDecoder> chunks;
    Steady::time_point began{};
    std::optional<Answer> early;   ///< given while handle() ran
    Responder::Takeover takeover;  ///< with Phase::leaving
    bool in_handler = false;
  };

  // Steps over the input, in order of a request's life.
  void run();
  Progress step();
  Progress readHead();
  void beginRequest(RequestHead head, std::size_t head_bytes);
  void assignIdentity(HttpRequest& request);
  bool acceptBody();
  void beginBody(const Preview& preview);
  Progress readBody();
  std::optional<Refusal> takeBodyBytes();
  std::optional<Refusal> countBodyBytes();
  void callHandler();
  void finish(Answer answer);
  void writeResponse(const HttpResponse& response, bool keep_alive, std::string_view refusal);
  void report(const HttpResponse& response, std::string_view refusal, std::size_t response_bytes);
  void refuse(const Refusal& refusal);
  void handOver();
  void endRequest();

  // Waiting for the socket.
  void waitReadable();
  void onReadable();
  void waitWritable();
  bool flush();
  void linger();
  void setDeadline();

  std::string_view unread() const { return std::string_view(input_).substr(consumed_); }
  void dropConsumed();
  bool idle() const { return phase_ == Phase::head && unread().empty() && output_.empty(); }
  EdgeContext& context() const;

  Shard& shard_;
  Socket socket_;
  Phase phase_ = Phase::head;
  bool reading_ = false;  ///< a read wait is pending
  bool writing_ = false;  ///< a write wait is pending
  std::string remote_;    ///< the peer's address
  HeadScanner scanner_;
  std::string input_;
  std::size_t consumed_ = 0;  ///< of input_
  std::string output_;
  std::size_t written_ = 0;  ///< of output_
  std::unique_ptr<Current> current_;
  Steady::time_point phase_began_{};
  Steady::time_point deadline_ = Steady::time_point::max();
};

}  // namespace belfry::edge
