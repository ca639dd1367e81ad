// Segments become bytes here: the one place where secrets, tokens and what the host computes get into an exchange.
#pragma once

#include <belfry/exchange.h>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "adapters/plugins/instance_context.h"

namespace belfry::plugins {

/// Finds the bytes of a blob handle; false when it is not of this operation.
using BlobFinder = std::function<bool(uint64_t handle, std::string_view& bytes)>;

class SegmentAssembler {
 public:
  /// `masked`: for people; secrets, tokens and signatures become `***`.
  SegmentAssembler(const InstanceContext& context, const std::map<std::string, Token>& tokens, BlobFinder blobs,
                   bool masked)
      : context_(context), tokens_(tokens), blobs_(std::move(blobs)), masked_(masked) {}

  /// Computes what BF_SEG_MADE segments stand for; before anything that uses them.
  bf_status make(const bf_make* const* made, size_t n, TimePoint now);
  bf_status append(const bf_seg* segments, size_t n, std::string& to) const;
  bf_status append(const bf_seg& segment, std::string& to) const;
  /// A whole URL, which a secret may end (BF_XFORM_URL_REST). `to` is empty.
  bf_status url(const bf_seg* segments, size_t n, std::string& to) const;
  /// The value of a secret segment, unmasked: for keys.
  bf_status key(const bf_seg& segment, std::string& value) const;
  bool masked() const { return masked_; }

 private:
  bf_status makeOne(const bf_make& what, std::string& out) const;
  bf_status jwt(const bf_make& what, const std::string& key, const std::string& claims, std::string& out) const;
  bf_status secret(const bf_seg& segment, std::string& to) const;
  bf_status token(const bf_seg& segment, std::string& to) const;

  const InstanceContext& context_;
  const std::map<std::string, Token>& tokens_;
  const BlobFinder blobs_;
  const bool masked_;
  std::vector<std::string> made_;
};

}  // namespace belfry::plugins
