// The XML answers of SNS.
#pragma once

#include <belfry/aws_errors.hpp>
#include <belfry/reply.hpp>
#include <belfry/xml.hpp>

#include <string>
#include <string_view>

namespace sns {

/// Which address a call named: what decides about NotFound.
enum class Target { none, device };

/// The error of an answer; empty when it names none.
belfry::aws::Fault faultOf(const belfry::Reply& reply);

/// Everything that is not a 2xx.
belfry::SendResult refusal(const belfry::Reply& reply, const belfry::aws::Fault& fault, Target target);

/// 2xx with a body that is not what SNS says: it may have taken it.
belfry::SendResult unreadable(const belfry::Reply& reply);

/// What became of one message of Publish.
belfry::SendResult publishResult(const belfry::Reply& reply, Target target);

/// What became of the entry `id` of PublishBatch, which answers 200 although entries may have failed. `root`: of the
/// body; nothing when that is no XML.
belfry::SendResult entryResult(const belfry::Reply& reply, belfry::Xml root, std::string_view id);

/// The endpoint that CreatePlatformEndpoint made or found; empty when it refused. A token that is known with other
/// attributes is refused with the ARN in the text.
std::string endpointArn(const belfry::Reply& reply);

}  // namespace sns
