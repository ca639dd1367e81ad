// Where a command reads and writes. Tests give it strings; the program gives it the process's streams and environment.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace belfry::cli {

class Console {
 public:
  using Environment = std::function<std::optional<std::string>(const char* name)>;

  /// The streams must outlive it.
  Console(std::istream& in_stream, std::ostream& out_stream, std::ostream& err_stream, Environment variables)
      : in(in_stream), out(out_stream), err(err_stream), environment(std::move(variables)) {}

  std::istream& in;
  std::ostream& out;  ///< results
  std::ostream& err;  ///< problems and progress
  Environment environment;
};

}  // namespace belfry::cli
