// One ReceiptStore::apply, step by step in one transaction:
//
//   still parked? → which delivery (provider_message_ids) → lock work, lock deliveries, read timelines and known keys
//   → judge each receipt → park, tell, move on, remember keys, account for the callback → commit
//
// The lock of the delivery makes it race-free: doubles and settlements of one delivery come one after another.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/transaction.h"
#include "ports/receipt_store.h"

namespace belfry::pg {

/// Used once, by one thread.
class ReceiptApplication {
 public:
  ReceiptApplication(Connection& connection, Keyring& keyring, const ReceiptGroup& group,
                     const ReceiptStore::Judge& judge);

  std::vector<ReceiptOutcome> run();

 private:
  struct Item {
    const IncomingReceipt* incoming;
    Receipt receipt;
    std::optional<Digest256> message;
    Digest256 key{};
    std::optional<ReceiptOutcome> outcome;
  };
  struct Locked {
    DeliveryFacts facts;
    int last_seq = 0;
    int told = 0;  ///< how many of facts.events were there before
    bool live = false;
    std::optional<ReceiptPlan> change;
    std::string provider_message_id;
  };

  void dropReleased();
  void correlate();
  void resolveMessages();
  void lockDeliveries();
  void readLocked(const std::vector<Rows>& answers);
  void loadRequests();
  void judgeAll();
  void judgeOne(Item& item);
  void park();
  void tell(Batch& batch) const;
  void moveOn(Batch& batch) const;
  void remember(Batch& batch) const;
  void account(Batch& batch) const;
  std::string parkedJson(const Item& item, const Uuid& id);

  Transaction transaction_;
  Keyring& keyring_;
  const ReceiptGroup& group_;
  const ReceiptStore::Judge& judge_;
  std::vector<Item> items_;
  std::map<Uuid, Locked> deliveries_;
  std::set<Digest256> known_keys_;
};

}  // namespace belfry::pg
