"""Slack: Web API chat.postMessage and auth.test with a bot token, and incoming webhooks.

Sources: docs.slack.dev/reference/methods/chat.postMessage (arguments and errors), …/methods/auth.test,
…/messaging/sending-messages-using-incoming-webhooks ("Handling errors"), …/apis/web-api/rate-limits.
"""
import re
import time

from .exchange import Answer, Refused, bearer, known_error
from .provider import Provider
from .schema_check import Schemas, rules

_MESSAGE = {"text": "string", "blocks": [{"*": "any"}], "attachments": [{"*": "any"}], "thread_ts": "string",
            "mrkdwn": "boolean", "unfurl_links": "boolean", "unfurl_media": "boolean", "username": "string",
            "icon_emoji": "string", "icon_url": "uri", "link_names": "boolean", "parse": "full|none"}
_POST_MESSAGE = rules({**_MESSAGE, "channel!": "string", "as_user": "boolean", "markdown_text": "string",
                       "metadata": {"event_type!": "string", "event_payload!": {"*": "any"}}, "reply_broadcast": "boolean"})
_HOOK = rules({**_MESSAGE, "channel": "string", "response_type": "in_channel|ephemeral", "replace_original": "boolean",
               "delete_original": "boolean"})
_MAX_TEXT, _MAX_BLOCKS, _MAX_ATTACHMENTS = 40000, 50, 100  # chat.postMessage "Truncating content", "blocks", "attachments"


class Slack(Provider):
    name = "slack"
    hosts = (r"(www\.)?slack\.com", r"hooks\.slack\.com")

    # Web API: 200 with ok:false but for those with another status. Source: the error table of chat.postMessage.
    ERRORS = {**{name: (200,) for name in (
        "channel_not_found", "not_in_channel", "is_archived", "msg_too_long", "no_text", "restricted_action",
        "too_many_attachments", "invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_auth", "not_authed",
        "account_inactive", "token_revoked", "token_expired", "no_permission", "missing_scope", "ekm_access_denied",
        "access_denied", "org_login_required", "team_access_not_granted", "rate_limited", "message_limit_exceeded",
        "invalid_json", "json_not_object", "invalid_charset", "invalid_post_type", "method_not_supported_for_channel_type",
        "metadata_too_large", "messages_tab_disabled", "user_not_found", "unknown_method")},
        "ratelimited": (429,), "internal_error": (200,), "fatal_error": (200,), "service_unavailable": (503,)}
    # Incoming webhooks answer in plain text. Source: "Handling errors" of that page.
    HOOK_ERRORS = {"invalid_payload": 400, "user_not_found": 400, "no_text": 400, "too_many_attachments": 400,
                   "invalid_blocks": 400, "invalid_token": 403, "no_active_hooks": 404, "no_service": 404, "no_service_id": 404,
                   "no_team": 404, "team_disabled": 403, "action_prohibited": 403, "posting_to_general_channel_denied": 403,
                   "channel_not_found": 404, "channel_is_archived": 410, "rollup_error": 500, "ratelimited": 429}

    def __init__(self, world):
        super().__init__(world)
        self.schemas = Schemas({})

    def account(self):
        return {"bot_token": self.world.SLACK_TOKEN, "channels": "C… , D… , G…, #name, U…; C0000ARCHIVED is archived",
                "webhook_url": f"{self.world.https}/slack/hook/{self.world.SLACK_HOOK}", "rules": "own"}

    def error(self, code, request=None):
        if request is not None and _is_hook(request):
            status = known_error(self.HOOK_ERRORS, code)
            return Answer(status, code, {"Retry-After": "2"} if status == 429 else {}, "text/plain")
        (status,) = known_error(self.ERRORS, code)
        return Answer(status, {"ok": False, "error": code}, {"Retry-After": "2"} if status == 429 else {})

    def _refuse(self, code, why, request):
        raise Refused(self.error(code, request), f"{code}: {why}")

    def handle(self, request):
        if _is_hook(request):
            return self._hook(request)
        method = request.own_path.removeprefix("/api/")
        if method not in ("chat.postMessage", "auth.test") or request.method != "POST":
            self._refuse("unknown_method", f"{request.method} {request.own_path}", request)
        if bearer(request) != self.world.SLACK_TOKEN:
            self._refuse("invalid_auth" if request.header("authorization") else "not_authed", "bot token", request)
        if method == "auth.test":
            return Answer(200, {"ok": True, "url": "https://belfry.slack.com/", "team": "Belfry", "user": "belfry",
                                "team_id": "T00000000", "user_id": "U00000000", "bot_id": "B00000000"})
        return self._post_message(request)

    def _body(self, request, schema, code):
        if request.media_type() != "application/json":
            self._refuse("invalid_post_type" if code == "invalid_arguments" else code,
                         f"Content-Type {request.header('content-type')}", request)
        try:
            request.parsed = body = request.json()
        except ValueError as error:
            self._refuse("invalid_json" if code == "invalid_arguments" else code, str(error), request)
        for problem in self.schemas.problems(schema, body):
            self._refuse(code, str(problem), request)
        self._check(body, request)
        return body

    def _check(self, body, request):
        if not any(body.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
            self._refuse("no_text", "text, blocks or attachments is needed", request)
        if len(body.get("text", "")) > _MAX_TEXT:
            self._refuse("invalid_payload" if _is_hook(request) else "msg_too_long", f"{len(body['text'])} characters", request)
        blocks = body.get("blocks", ())
        if len(blocks) > _MAX_BLOCKS or any(not isinstance(block.get("type"), str) for block in blocks):
            self._refuse("invalid_blocks", f"at most {_MAX_BLOCKS} blocks, each with a type", request)
        if len(body.get("attachments", ())) > _MAX_ATTACHMENTS:
            self._refuse("too_many_attachments", str(len(body["attachments"])), request)

    def _post_message(self, request):
        body = self._body(request, _POST_MESSAGE, "invalid_arguments")
        if not re.fullmatch(r"[CDGU][A-Z0-9]{2,}|#[a-z0-9_-]{1,80}", body["channel"]):
            self._refuse("channel_not_found", body["channel"], request)
        if body["channel"] == "C0000ARCHIVED":
            self._refuse("is_archived", body["channel"], request)
        stamp = f"{time.time():.6f}"
        return Answer(200, {"ok": True, "channel": body["channel"], "ts": stamp, "message": {
            "type": "message", "subtype": "bot_message", "text": body.get("text", ""), "ts": stamp, "bot_id": "B00000000"}})

    def _hook(self, request):
        if request.method != "POST":
            self._refuse("invalid_payload", f"method {request.method}", request)
        if re.sub(r"^/(hook|services)/", "", request.own_path) != self.world.SLACK_HOOK:
            self._refuse("invalid_token", request.own_path, request)
        self._body(request, _HOOK, "invalid_payload")
        return Answer(200, "ok", content_type="text/plain")


def _is_hook(request):
    return request.own_path.startswith(("/hook/", "/services/"))
