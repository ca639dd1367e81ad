// How the outcome of an exchange is told through the C ABI.
#pragma once

#include <belfry/steps.h>

#include "adapters/plugins/plugin_text.h"
#include "ports/exchange_outcome.h"

namespace belfry::plugins {

inline int32_t toFate(ExchangeFate fate) {
  switch (fate) {
    case ExchangeFate::done: return BF_FATE_DONE;
    case ExchangeFate::not_sent: return BF_FATE_NOT_SENT;
    case ExchangeFate::maybe_sent: return BF_FATE_MAYBE_SENT;
  }
  return BF_FATE_MAYBE_SENT;
}

inline void fillOutcome(bf_input& input, const ExchangeOutcome& outcome) {
  input.fate = toFate(outcome.fate);
  input.error = outcome.error == ExchangeError::none ? bf_str{} : view(toText(outcome.error));
  input.detail = view(outcome.detail);
}

}  // namespace belfry::plugins
