// Where Amazon's services are. The host signs (HttpRequest::sigv4); see aws_errors.hpp for their answers.
#pragma once

#include <belfry/base_url.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace belfry::aws {

/// A group of regions with its own domain names. Source: endpoint-rule-set-1.json of the services and AWS's
/// partitions.json. The first whose prefix fits.
struct Partition {
  std::string_view region_prefix;
  std::string_view dns_suffix;
  std::string_view dual_stack_suffix;  ///< empty: none
};
inline constexpr Partition kPartitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-gov-", "amazonaws.com", "api.aws"},
    {"us-isob-", "sc2s.sgov.gov", ""},
    {"us-isof-", "csp.hci.ic.gov", ""},
    {"us-iso-", "c2s.ic.gov", ""},
    {"eu-isoe-", "cloud.adc-e.uk", ""},
    {"eusc-", "amazonaws.eu", ""},
    {"", "amazonaws.com", "api.aws"},
};

inline const Partition& partitionOf(std::string_view region) {
  for (const auto& partition : kPartitions)
    if (region.substr(0, partition.region_prefix.size()) == partition.region_prefix) return partition;
  return kPartitions[sizeof kPartitions / sizeof kPartitions[0] - 1];
}

/// Letters, digits and single '-' between them: what may stand in a host name and in a scope of a signature.
inline bool isRegion(std::string_view text) {
  char before = '-';
  bool dashed = false;
  for (const char c : text) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c != '-' || before == '-')) return false;
    dashed = dashed || c == '-';
    before = c;
  }
  return dashed && before != '-' && text.size() <= 32;
}

/// Where a service is asked.
struct EndpointChoice {
  std::string_view region;
  std::string_view base_url;  ///< empty: the region's own
  bool fips = false;
  bool dual_stack = false;
};

/// The base URL of a service such as "email" or "sns", without a slash at its end. On failure nullopt, and `error` says
/// which setting is wrong and what is allowed.
inline std::optional<std::string> endpoint(std::string_view service, const EndpointChoice& choice, std::string& error) {
  const auto refuse = [&](std::string why) {
    error = std::move(why);
    return std::nullopt;
  };
  const std::string region(choice.region);
  if (!choice.base_url.empty() && choice.fips) return refuse("fips is true; allowed: false together with base_url");
  if (!choice.base_url.empty() && choice.dual_stack)
    return refuse("dual_stack is true; allowed: false together with base_url");
  if (!choice.base_url.empty()) return parseBaseUrl(choice.base_url, error);
  if (!isRegion(region)) return refuse("region is \"" + region + "\"; allowed: an AWS region such as eu-west-1");
  const Partition& partition = partitionOf(region);
  if (choice.dual_stack && partition.dual_stack_suffix.empty())
    return refuse("dual_stack is true; allowed: false in region " + region);
  // SNS alone: its plain hosts in GovCloud are FIPS ones (its endpoint-rule-set-1.json).
  const bool plain_is_fips =
      service == "sns" && !choice.dual_stack && (region == "us-gov-east-1" || region == "us-gov-west-1");
  const auto suffix = choice.dual_stack ? partition.dual_stack_suffix : partition.dns_suffix;
  return "https://" + std::string(service) + (choice.fips && !plain_is_fips ? "-fips." : ".") + region + "." +
         std::string(suffix);
}

}  // namespace belfry::aws
