// An SmtpResult as the C ABI shows it, for one call of resume.
#pragma once

#include <belfry/steps.h>

#include <vector>

#include "ports/exchange.h"

namespace belfry::plugins {

class SmtpInput {
 public:
  explicit SmtpInput(const SmtpResult& result);
  SmtpInput(const SmtpInput&) = delete;
  SmtpInput& operator=(const SmtpInput&) = delete;

  /// The views live as long as this and the result.
  void fill(bf_input& input, uint32_t tag) const;

 private:
  const SmtpResult& result_;
  std::vector<bf_smtp_answer> recipients_;
  bf_smtp_reply reply_{};
};

}  // namespace belfry::plugins
