// Finding one error among those of a problem.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "model/problem.h"

namespace belfry::test {

/// The error at a pointer; nullptr when there is none.
inline const FieldError* errorAt(const Problem& problem, std::string_view pointer) {
  for (const auto& error : problem.errors)
    if (error.pointer == pointer) return &error;
  return nullptr;
}

inline std::string describe(const Problem& problem) {
  std::string text = problem.detail;
  for (const auto& error : problem.errors) {
    text += "\n  " + error.pointer + " " + std::string(toText(error.code)) + ": " + error.message + " [" + error.value +
            "] (" + error.allowed + ")";
  }
  return text;
}

}  // namespace belfry::test
