// The queue before one origin (scheme, host, port, within one pool scope): how many exchanges libcurl is given at once.
//
// libcurl has limits of its own, but one list of waiting transfers for everything, of which it wakes one at a time: a
// slow host would hold up all others. So nothing waits inside libcurl:
//   - until a first connection is there, one exchange tries it (with HTTP/2 it may be the only one needed);
//   - as long as nothing was answered: a few, since the server's limit of streams is not known yet and what goes over
//   it
//     is refused;
//   - HTTP/1.1: as many as there may be connections;
//   - HTTP/2: as many as libcurl finds streams for. How many a server allows it does not tell; that it wants a new
//     connection says that the others are full. One is opened at a time, and who comes meanwhile waits here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>

#include "adapters/curl/event_loop.h"

namespace belfry::curl {

/// Belongs to the loop's thread.
class HttpLane {
 public:
  using Granted = std::function<void()>;

  HttpLane(EventLoop& loop, bool tls, std::size_t max_connections)
      : loop_(loop), max_connections_(max_connections), reached_(!tls), version_(tls ? 0 : 11) {}

  /// Waits for its turn: `granted` is posted to the loop, and each one is ended by leave(). Urgent ones come first, and
  /// may use the connections that are kept for them.
  void enter(std::uint64_t id, bool urgent, Granted granted);
  /// Waits no longer. False when the grant is already posted: it still comes.
  bool abandon(std::uint64_t id);

  /// Whether libcurl may open one more connection now. Only no while others of this lane are under way.
  bool mayConnect() const;
  /// One that was granted opens a connection, and has it.
  void connecting() { ++connecting_; }
  void connected();
  /// An answer began: 10, 11 or 20. The first on a new connection comes after the server has said how many streams it
  /// allows there.
  void spoke(int http_version, bool on_new_connection);
  void socketOpened() { ++sockets_; }
  void socketClosed() { --sockets_; }

  struct Leaving {
    bool was_connecting = false;       ///< connecting() without connected()
    bool unproven_connection = false;  ///< connected() without spoke()
  };
  /// Ends a turn.
  void leave(Leaving how);
  /// Ends a turn that mayConnect() said no to; it is the next one again.
  void stepBack(std::uint64_t id, bool urgent, Granted granted);

 private:
  struct Waiter {
    std::uint64_t id;
    Granted granted;
  };

  std::deque<Waiter>& waiting(bool urgent) { return urgent ? urgent_ : waiting_; }
  std::size_t limit(bool urgent) const;
  void serve();
  void serve(bool urgent);

  EventLoop& loop_;
  const std::size_t max_connections_;
  bool reached_;  // a connection was made, or could not be: no sense in trying one by one
  int version_;   // 0: nothing was answered yet
  std::size_t running_ = 0;
  std::size_t connecting_ = 0;
  std::size_t sockets_ = 0;
  std::size_t streams_ = SIZE_MAX;  // how many fitted when libcurl last wanted one connection too many
  std::deque<Waiter> waiting_;
  std::deque<Waiter> urgent_;
};

}  // namespace belfry::curl
