// What the host does to a segment's bytes on their way out: BF_XFORM_*.
#pragma once

#include <belfry/base.h>

#include <string>
#include <string_view>

namespace belfry::plugins {

/// Appends the transformed bytes. BF_E_INVALID for a transform that there is not, or bytes that it cannot take;
/// BF_E_LIMIT when `to` would grow beyond kMostText.
bf_status appendTransformed(std::string& to, std::string_view bytes, int32_t xform);

}  // namespace belfry::plugins
