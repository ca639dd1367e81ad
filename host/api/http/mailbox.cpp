#include "api/http/mailbox.h"

#include "api/http/connection.h"

namespace belfry::edge {

bool Mailbox::passDirectly(const std::weak_ptr<Connection>& to, Answer& answer) {
  if (loop_thread_ != std::this_thread::get_id()) return false;
  const auto connection = to.lock();
  return connection && connection->acceptWithinHandler(answer);
}

void Mailbox::put(const std::weak_ptr<Connection>& to, Answer answer) {
  if (passDirectly(to, answer)) return;
  const std::lock_guard lock(mutex_);
  if (!open_) return;
  letters_.push_back({to, std::move(answer)});
  if (letters_.size() == 1) wake_();
}

void Mailbox::deliver() {
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(mutex_);
    letters.swap(letters_);
  }
  for (auto& letter : letters) {
    if (const auto connection = letter.to.lock()) connection->onAnswer(std::move(letter.answer));
  }
}

void Mailbox::close() {
  std::vector<Letter> discarded;  // destroyed outside the lock: a takeover may own anything
  const std::lock_guard lock(mutex_);
  open_ = false;
  discarded.swap(letters_);
}

}  // namespace belfry::edge
