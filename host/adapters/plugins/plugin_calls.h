// Calls into a plugin. The ABI forbids exceptions across the boundary, and the SDK's trampolines catch all; a plugin
// that lets one out all the same is a bug that must not take the host along. Inside one process this can be contained
// only where the exception can be unwound: from a noexcept function or from C code without unwind tables it ends the
// process, which is what out-of-process plugins are for. Rejected: trusting the plugin's side alone, since a thread of
// the host would then die by std::terminate.
#pragma once

#include <belfry/base.h>

#include <exception>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

namespace belfry::plugins {

/// Runs `call`; what it throws becomes `problem` ("threw an exception: …") and `otherwise`.
template <class Value, class Call>
Value callPlugin(Call&& call, Value otherwise, std::string& problem) {
  try {
    return call();
  } catch (const std::exception& error) {
    problem = std::string("threw an exception: ") + error.what();
  } catch (...) {
    problem = "threw an exception of an unknown type";
  }
  return otherwise;
}

/// Runs `answer`, which a plugin called: nothing that it throws reaches the plugin.
template <class Answer>
bf_status answerPlugin(Answer&& answer) noexcept {
  try {
    return answer();
  } catch (const std::bad_alloc&) {
    return BF_E_NOMEM;
  } catch (const std::length_error&) {
    return BF_E_LIMIT;
  } catch (...) {
    return BF_E_INTERNAL;
  }
}

/// Held around create and destroy, which the ABI promises to call one at a time ([main]); instances come and go on
/// several threads.
std::mutex& mainCalls();

}  // namespace belfry::plugins
