// What a server said it can do, from the lines of its EHLO reply (RFC 5321 §4.1.1.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace belfry::curl {

struct SmtpCapabilities {
  bool pipelining = false;      ///< RFC 2920
  bool eight_bit_mime = false;  ///< RFC 6152
  bool smtputf8 = false;        ///< RFC 6531
  bool dsn = false;             ///< RFC 3461
  bool size = false;            ///< RFC 1870: MAIL may say SIZE=
  std::uint64_t max_size = 0;   ///< bytes; 0: no fixed limit
  bool starttls = false;        ///< RFC 3207
  bool auth = false;            ///< RFC 4954, any mechanism

  /// Takes one line's text without its reply code, e.g. `SIZE 10240000`. Unknown keywords are ignored.
  void learn(std::string_view line);
};

}  // namespace belfry::curl
