// The trampolines that every step machine shares: what turns a C++ class into create, destroy and guarded steps.
#pragma once

#include <belfry/steps.h>
#include <belfry/config.hpp>
#include <belfry/host.hpp>
#include <belfry/op.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace belfry {

namespace detail {

inline void copyText(std::string_view text, char* out, std::size_t cap) {
  if (!out || cap == 0) return;
  const std::size_t n = text.size() < cap ? text.size() : cap - 1;
  std::memcpy(out, text.data(), n);
  std::replace(out, out + n, '\0', '?');  // a key of the config may hold one, and would end the reason
  out[n] = '\0';
}

/// Runs one step. Whatever it throws becomes a failure of this operation.
template <class Body>
std::int32_t guardedStep(bf_op* op, const bf_ops* ops, Body&& body) noexcept {
  const auto failed = [&](const char* code, const char* what) {
    if (BF_HAS(ops, fail)) ops->fail(op, str(code), str(what));
    return std::int32_t{BF_STEP_ERROR};
  };
  try {
    return body();
  } catch (const VerbFailed& e) {
    return failed("host_refused", e.what());
  } catch (const std::bad_alloc&) {
    return failed("out_of_memory", "the plugin is out of memory");
  } catch (const std::exception& e) {
    return failed("plugin_exception", e.what());
  } catch (...) {
    return failed("plugin_exception", "an exception of an unknown type");
  }
}

template <class T, class = void>
struct HasCheck : std::false_type {};
template <class T>
struct HasCheck<T, std::void_t<decltype(std::declval<const T&>().check())>> : std::true_type {};

/// create and destroy, and the parts of the table that both kinds of machine share.
template <class T>
class Machine {
 public:
  const Host& host() const { return host_; }

 protected:
  static bf_status create(const bf_host* host, bf_str config_json, bf_inst** out, char* err, std::size_t cap) noexcept {
    try {
      auto instance = std::make_unique<T>();
      static_cast<Machine&>(*instance).host_ = Host(host);
      const std::string fault = configure(*instance, view(config_json));
      if (!fault.empty()) {
        copyText(fault, err, cap);
        return BF_E_INVALID;
      }
      *out = reinterpret_cast<bf_inst*>(instance.release());
      return BF_OK;
    } catch (const std::bad_alloc&) {
      copyText("out of memory", err, cap);
      return BF_E_NOMEM;
    } catch (const std::exception& e) {
      copyText(e.what(), err, cap);
    } catch (...) {
      copyText("an exception of an unknown type", err, cap);
    }
    return BF_E_INTERNAL;
  }

  static void destroy(bf_inst* inst) noexcept { delete reinterpret_cast<T*>(inst); }

  static const T& self(bf_inst* inst) { return *reinterpret_cast<const T*>(inst); }

 private:
  static std::string configure(T& instance, std::string_view json) {
    JsonDom dom;
    if (!dom.parse(json))
      return "the config is not JSON: " + std::string(dom.error().message) + " at byte " +
             std::to_string(dom.error().offset);
    ConfigBinder binder(dom.root());
    T::bindConfig(binder, instance.config);
    std::string fault = binder.finish();
    if constexpr (HasCheck<T>::value)
      if (fault.empty()) fault = instance.check();
    return fault;
  }

  Host host_;
};

/// State lives in zeroed bytes that the host owns, copies and drops.
template <class State>
constexpr void checkState() {
  static_assert(std::is_trivially_copyable_v<State> && std::is_trivially_default_constructible_v<State>,
                "State must be plain data without initial values: the host zeroes, copies and forgets it");
}

}  // namespace detail

}  // namespace belfry
