// Mobile push: Publish to the endpoint of a device, or to a topic.
#pragma once

#include <belfry/send.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query.h"

namespace sns {

/// Platform applications by the kind of a device token; empty: none.
struct Applications {
  std::string android;
  std::string ios;
  std::string web;
};

bool isTopicArn(std::string_view text);
bool isApplicationArn(std::string_view text);
/// Whether an address is an endpoint's ARN and no device token.
bool isEndpointArn(std::string_view text);

/// The application that a device token belongs to; empty: none is set for its kind.
std::string_view applicationOf(const belfry::Send& send, const Applications& applications);

/// Why SNS could not be told this message, or "". `topic_arns`: topics that may be published to.
std::string pushFault(const belfry::Send& send, const Applications& applications,
                      const std::vector<std::string>& topic_arns, std::int64_t now_ms);

/// CreatePlatformEndpoint for the message's token.
Query endpointCall(const belfry::Send& send, std::string_view application_arn);
/// Publish to an endpoint, or, when `endpoint_arn` is empty, to the message's topic.
Query pushCall(const belfry::Send& send, std::string_view endpoint_arn, std::int64_t now_ms);
/// PublishBatch to the topic that all messages name; entry ids are their places, from 0.
Query topicBatchCall(const std::vector<belfry::Send>& messages, std::int64_t now_ms);

/// Bytes of the message as SNS counts them.
std::size_t messageBytes(const belfry::Send& send);

}  // namespace sns
