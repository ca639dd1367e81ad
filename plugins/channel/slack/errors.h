// What Slack's errors mean for a delivery: one table for the Web API and one for incoming webhooks.
#pragma once

#include <belfry/http_outcome.hpp>

namespace slack {

/// `error` of an answer with "ok": false, mostly with status 200.
/// Sources: [pm] docs.slack.dev/reference/methods/chat.postMessage, "Errors"; [at] …/methods/auth.test, "Errors";
/// [web] docs.slack.dev/apis/web-api, "Evaluating responses"; [rl] docs.slack.dev/apis/web-api/rate-limits.
/// REJECTED_RECIPIENT is said only of a channel that is the recipient's own address: see Slack::refused.
inline constexpr belfry::ErrorRule kApiErrors[] = {
    // The token, the app or its rights: every message would meet the same.
    {"not_authed", BF_CREDENTIAL},                 // [pm] no token
    {"invalid_auth", BF_CREDENTIAL},               // [pm] not a valid token, or not from this IP address
    {"invalid_token", BF_CREDENTIAL},              // [pm] not a token for this method
    {"account_inactive", BF_CREDENTIAL},           // [pm] token of a deleted user or workspace
    {"token_revoked", BF_CREDENTIAL},              // [pm]
    {"token_expired", BF_CREDENTIAL},              // [pm]
    {"no_permission", BF_CREDENTIAL},              // [pm]
    {"missing_scope", BF_CREDENTIAL},              // [pm] chat:write is needed
    {"not_allowed_token_type", BF_CREDENTIAL},     // [pm]
    {"team_access_not_granted", BF_CREDENTIAL},    // [pm]
    {"two_factor_setup_required", BF_CREDENTIAL},  // [pm]
    {"access_denied", BF_CREDENTIAL},              // [pm]
    {"accesslimited", BF_CREDENTIAL},              // [pm] not on this network
    {"ekm_access_denied", BF_CREDENTIAL},          // [pm] suspended by administrators
    {"enterprise_is_restricted", BF_CREDENTIAL},   // [pm]
    {"deprecated_endpoint", BF_CREDENTIAL},        // [pm]
    {"method_deprecated", BF_CREDENTIAL},          // [pm]
    {"unknown_method", BF_CREDENTIAL},             // [web] base_url leads elsewhere
    // The conversation.
    {"channel_not_found", BF_REJECTED_RECIPIENT},  // [pm]
    {"user_not_found", BF_REJECTED_RECIPIENT},     // [pm]
    {"is_archived", BF_REJECTED_RECIPIENT},        // [pm]
    {"not_in_channel", BF_REJECTED_REQUEST},       // [pm] the app must be invited first
    {"messages_tab_disabled", BF_REJECTED_REQUEST},
    {"restricted_action", BF_REJECTED_REQUEST},                         // [pm] a preference of the workspace
    {"restricted_action_read_only_channel", BF_REJECTED_REQUEST},       // [pm]
    {"restricted_action_thread_only_channel", BF_REJECTED_REQUEST},     // [pm]
    {"restricted_action_non_threadable_channel", BF_REJECTED_REQUEST},  // [pm]
    {"posting_to_general_channel_denied", BF_REJECTED_REQUEST},         // [pm]
    {"method_not_supported_for_channel_type", BF_REJECTED_REQUEST},
    {"cannot_reply_to_message", BF_REJECTED_REQUEST},                  // [pm] thread_ts
    {"slack_connect_canvas_sharing_blocked", BF_REJECTED_REQUEST},     // [pm]
    {"slack_connect_file_link_sharing_blocked", BF_REJECTED_REQUEST},  // [pm]
    {"slack_connect_file_upload_sharing_blocked", BF_REJECTED_REQUEST},
    // This message.
    {"msg_too_long", BF_REJECTED_REQUEST},                    // [pm]
    {"msg_blocks_too_long", BF_REJECTED_REQUEST},             // [pm]
    {"no_text", BF_REJECTED_REQUEST},                         // [pm]
    {"too_many_attachments", BF_REJECTED_REQUEST},            // [pm]
    {"too_many_contact_cards", BF_REJECTED_REQUEST},          // [pm]
    {"invalid_blocks", BF_REJECTED_REQUEST},                  // [pm]
    {"invalid_blocks_format", BF_REJECTED_REQUEST},           // [pm]
    {"markdown_text_conflict", BF_REJECTED_REQUEST},          // [pm]
    {"metadata_too_large", BF_REJECTED_REQUEST},              // [pm]
    {"invalid_metadata_format", BF_REJECTED_REQUEST},         // [pm]
    {"invalid_metadata_schema", BF_REJECTED_REQUEST},         // [pm]
    {"metadata_must_be_sent_from_app", BF_REJECTED_REQUEST},  // [pm]
    {"as_user_not_supported", BF_REJECTED_REQUEST},           // [pm]
    {"invalid_arguments", BF_REJECTED_REQUEST},               // [pm]
    {"invalid_arg_name", BF_REJECTED_REQUEST},                // [pm]
    {"invalid_array_arg", BF_REJECTED_REQUEST},               // [pm]
    {"invalid_charset", BF_REJECTED_REQUEST},                 // [pm]
    {"invalid_form_data", BF_REJECTED_REQUEST},               // [pm]
    {"invalid_post_type", BF_REJECTED_REQUEST},               // [pm]
    {"missing_post_type", BF_REJECTED_REQUEST},               // [pm]
    {"invalid_json", BF_REJECTED_REQUEST},                    // [web]
    {"json_not_object", BF_REJECTED_REQUEST},                 // [web]
    // Too fast: not processed.
    {"ratelimited", BF_THROTTLED},             // [rl] 429 with Retry-After
    {"rate_limited", BF_THROTTLED},            // [pm] one message a second for each channel
    {"message_limit_exceeded", BF_THROTTLED},  // [pm] the members of the workspace send too much
    // Not now: nothing was done.
    {"service_unavailable", BF_RETRY},         // [pm]
    {"request_timeout", BF_RETRY},             // [pm] the body did not arrive whole
    {"org_login_required", BF_RETRY},          // [pm] the workspace is being migrated
    {"team_added_to_org", BF_RETRY},           // [pm] likewise
    {"external_channel_migrating", BF_RETRY},  // [pm] likewise, this channel
    // "It's possible some aspect of the operation succeeded before the error was raised."
    {"fatal_error", BF_UNKNOWN},     // [pm]
    {"internal_error", BF_UNKNOWN},  // [pm]
};

/// The plain text with which an incoming webhook answers. A webhook is bound to one channel, so what is said of the
/// channel is said of the set-up.
/// Sources: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors";
/// api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks; [rl] as above.
inline constexpr belfry::ErrorRule kHookErrors[] = {
    {"invalid_payload", BF_REJECTED_REQUEST},  // 400
    {"user_not_found", BF_REJECTED_REQUEST},   // 400
    {"no_text", BF_REJECTED_REQUEST},          // 400
    {"too_many_attachments", BF_REJECTED_REQUEST},
    {"invalid_blocks", BF_REJECTED_REQUEST},
    {"invalid_blocks_format", BF_REJECTED_REQUEST},
    {"missing_text_or_fallback_or_attachments", BF_REJECTED_REQUEST},
    {"invalid_token", BF_CREDENTIAL},                      // 403: the URL is expired, removed or mistyped
    {"action_prohibited", BF_CREDENTIAL},                  // 403: an administrator forbids it
    {"posting_to_general_channel_denied", BF_CREDENTIAL},  // 403
    {"team_disabled", BF_CREDENTIAL},                      // 403
    {"channel_not_found", BF_CREDENTIAL},                  // 404
    {"no_active_hooks", BF_CREDENTIAL},                    // 404: the webhook is disabled
    {"no_service", BF_CREDENTIAL},                         // 404: disabled, removed or no longer valid
    {"no_service_id", BF_CREDENTIAL},                      // 404
    {"no_team", BF_CREDENTIAL},                            // 404
    {"channel_is_archived", BF_CREDENTIAL},                // 410
    {"rate_limited", BF_THROTTLED},                        // 429
    {"ratelimited", BF_THROTTLED},                         // [rl] 429 with Retry-After
    {"rollup_error", BF_UNKNOWN},                          // 500: "something strange and unusual happened"
};

}  // namespace slack
