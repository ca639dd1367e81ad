#include "adapters/curl/curl_multi.h"

#include <sys/epoll.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace belfry::curl {
namespace {

// Connections made by CONNECT_ONLY count against libcurl's own cache, which would close the oldest of them.
constexpr long kKeepAllConnections = 100'000;

std::uint32_t epollEvents(int what) {
  std::uint32_t events = 0;
  if (what & CURL_POLL_IN) events |= EPOLLIN;
  if (what & CURL_POLL_OUT) events |= EPOLLOUT;
  return events;
}

int curlEvents(std::uint32_t events) {
  int mask = 0;
  if (events & EPOLLIN) mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
  return mask;
}

}  // namespace

CurlMulti::CurlMulti(EventLoop& loop) : loop_(loop), multi_(curl_multi_init()) {
  if (!multi_) throw std::runtime_error("libcurl gives no multi handle");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::onSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::onTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeepAllConnections);
}

CurlMulti::~CurlMulti() { curl_multi_cleanup(multi_); }

void CurlMulti::add(CURL* easy, Finished finished) {
  running_[easy] = std::move(finished);
  if (const CURLMcode code = curl_multi_add_handle(multi_, easy); code != CURLM_OK)
    throw std::runtime_error(std::string("curl_multi_add_handle: ") + curl_multi_strerror(code));
}

void CurlMulti::remove(CURL* easy) {
  running_.erase(easy);
  curl_multi_remove_handle(multi_, easy);
}

int CurlMulti::onSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (what == CURL_POLL_REMOVE) multi.loop_.unwatch(fd);
  else
    multi.loop_.watch(fd, epollEvents(what), [&multi, fd](std::uint32_t events) { multi.act(fd, curlEvents(events)); });
  return 0;
}

int CurlMulti::onTimer(CURLM*, long milliseconds, void* self) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (multi.timer_) multi.loop_.cancel(*multi.timer_);
  multi.timer_.reset();
  if (milliseconds < 0) return 0;
  const auto when = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  multi.timer_ = multi.loop_.at(when, [&multi] {
    multi.timer_.reset();
    multi.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void CurlMulti::act(curl_socket_t fd, int mask) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, mask, &running);
  reportFinished();
}

// Collected before anybody is told: whoever is told may add and remove handles.
void CurlMulti::reportFinished() {
  std::vector<std::pair<CURL*, CURLcode>> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) ended.emplace_back(message->easy_handle, message->data.result);
  }
  for (const auto& [easy, code] : ended) {
    const auto found = running_.find(easy);
    if (found == running_.end()) continue;
    const Finished finished = std::move(found->second);
    running_.erase(found);
    finished(code);
  }
}

}  // namespace belfry::curl
