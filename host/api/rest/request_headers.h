// What the API reads from a request's headers: the credential, the tenant to act on and the idempotency key.
#pragma once

#include <optional>
#include <string>

#include "api/http/message.h"
#include "kit/crypto.h"
#include "kit/result.h"
#include "model/problem.h"
#include "ports/authenticators.h"

namespace belfry {

/// X-API-Key, or Authorization: Bearer. nullopt when there is neither; a problem when it is ambiguous or of another
/// scheme.
Result<std::optional<PresentedCredential>, Problem> presentedCredential(const HttpHeaders& headers);

/// X-Tenant; empty when it is absent.
Result<std::string, Problem> tenantToActOn(const HttpHeaders& headers);

/// Idempotency-Key; empty when it is absent. 1 to 255 visible ASCII characters.
Result<std::string, Problem> idempotencyKey(const HttpHeaders& headers);

/// What makes two requests the same: method, target and body.
Digest256 requestHash(const HttpRequest& request);

/// 415 unless the body is declared as JSON in UTF-8.
std::optional<Problem> checkContentType(const HttpHeaders& headers);

/// Whether the head announces a body.
bool announcesBody(const HttpHeaders& headers);

}  // namespace belfry
