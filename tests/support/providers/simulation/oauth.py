"""Google's OAuth token endpoint for service accounts (FCM's `token_uri`).

Source: developers.google.com/identity/protocols/oauth2/service-account "HTTP/REST" and its error table; RFC 7523, RFC 7519.
"""
import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .exchange import Answer, Refused, known_error
from .provider import Provider

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_SCOPES = {SCOPE, "https://www.googleapis.com/auth/cloud-platform"}  # the two of the discovery document
_CLAIMS = {"iss", "scope", "aud", "iat", "exp", "sub"}
_SKEW_S = 300


class OAuth(Provider):
    name = "oauth"
    hosts = (r"oauth2\.googleapis\.com",)

    # error → (status, description). Source: the page above, "JWT error codes"; the two 5xx after RFC 6749 §4.1.2.1.
    ERRORS = {
        "invalid_grant": (400, "Invalid JWT Signature."),
        "invalid_client": (401, "The OAuth client was not found."),
        "unauthorized_client": (401, "Client is unauthorized to retrieve access tokens using this method."),
        "access_denied": (403, "Account restricted"),
        "invalid_scope": (400, "Invalid OAuth scope or ID token audience provided."),
        "invalid_request": (400, "Required parameter is missing"),
        "unsupported_grant_type": (400, "Invalid grant_type"),
        "disabled_client": (401, "The OAuth client was disabled."),
        "internal_failure": (500, "Backend Error"),
        "temporarily_unavailable": (503, "The service is currently unavailable."),
    }

    def account(self):
        return {"service_account": self.world.service_account(), "scope": SCOPE, "lifetime_s": self.world.token_lifetime_s}

    def error(self, code, request=None):
        status, description = known_error(self.ERRORS, code)
        return Answer(status, {"error": code, "error_description": description})

    def _refuse(self, code, why):
        raise Refused(Answer(self.ERRORS[code][0], {"error": code, "error_description": why}), f"{code}: {why}")

    def handle(self, request):
        if request.method != "POST" or request.own_path != "/token":
            raise Refused(Answer(404, b""), f"{request.method} {request.own_path}")
        if request.media_type() != "application/x-www-form-urlencoded":
            self._refuse("invalid_request", f"Content-Type {request.header('content-type')}")
        try:
            pairs = request.form()
        except ValueError as error:
            self._refuse("invalid_request", str(error))
        fields = request.parsed = dict(pairs)
        if len(pairs) != len(fields) or set(fields) != {"grant_type", "assertion"}:
            self._refuse("invalid_request", f"fields must be grant_type and assertion, once each; given: {sorted(fields)}")
        if fields["grant_type"] != GRANT:
            self._refuse("unsupported_grant_type", f"Invalid grant_type: {fields['grant_type']}")
        request.parsed = {**fields, "claims": self._checked_claims(fields["assertion"], request)}
        return Answer(200, {"access_token": self.world.issue_token("ya29.c."), "expires_in": self.world.token_lifetime_s,
                            "token_type": "Bearer"}, {"Cache-Control": "no-store"})

    def _checked_claims(self, assertion, request):
        try:
            head, body, signature = assertion.split(".")
            header, claims = (json.loads(_unpadded(part)) for part in (head, body))
            if header["alg"] != "RS256" or header.get("typ", "JWT") != "JWT" or set(header) - {"alg", "typ", "kid"}:
                self._refuse("invalid_grant", f"Invalid JWT: header {header}")
            self.world.keys.rsa("fcm").public_key().verify(_unpadded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(),
                                                           hashes.SHA256())
            self._check_claims(claims, request)
            return claims
        except InvalidSignature:
            self._refuse("invalid_grant", "Invalid JWT Signature.")
        except (ValueError, KeyError, TypeError) as error:
            self._refuse("invalid_grant", f"Bad Request: no JWT: {error!r}")

    def _check_claims(self, claims, request):
        unknown = set(claims) - _CLAIMS
        if unknown:
            self._refuse("invalid_grant", f"Invalid JWT: unknown claims {sorted(unknown)}")
        if claims["iss"] != self.world.FCM_EMAIL:
            self._refuse("invalid_grant", f"Invalid grant: account not found: {claims['iss']}")
        if not claims["scope"] or not set(claims["scope"].split(" ")) <= _SCOPES:
            self._refuse("invalid_scope", f"Invalid OAuth scope: {claims['scope']}")
        if claims["aud"] not in ("https://oauth2.googleapis.com/token", request.url()):
            self._refuse("invalid_grant", f"Invalid JWT: Failed audience check: {claims['aud']}")
        now, issued, ends = time.time(), claims["iat"], claims["exp"]
        if not all(isinstance(value, int) for value in (issued, ends)) or ends <= issued or ends - issued > 3600 or \
                issued > now + _SKEW_S or ends < now:
            self._refuse("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                         "timeframe. Check your iat and exp values in the JWT claim.")


def _unpadded(part):
    if "=" in part:
        raise ValueError("base64url without padding is needed")
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
