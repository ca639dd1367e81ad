"""What the providers share: credentials, keys, issued tokens and the simulator's own addresses."""
import secrets
import threading
import time

from .keys import Keys, private_pem


class World:
    """Thread-safe."""

    SENDGRID_KEY = "SG.testkeytestkeytestkey01.testsecrettestsecrettestsecrettestsecret001"
    AWS_REGION = "eu-west-1"
    AWS_ACCOUNT = "123456789012"
    AWS_KEYS = {  # key id → (secret, session token); the first as in AWS's own examples
        "AKIDEXAMPLE": ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None),
        "ASIAEXAMPLE": ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYTEMPORARY0", "AQoDYXdzEPT//////////wEXAMPLEsessionToken=="),
    }
    TWILIO_SID = "AC0123456789abcdef0123456789abcdef"
    TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
    FCM_PROJECT = "belfry-test"
    FCM_EMAIL = "sender@belfry-test.iam.gserviceaccount.com"
    WHATSAPP_TOKEN = "EAAtesttoken0123456789"
    WHATSAPP_PHONE_ID = "106540352242922"
    WHATSAPP_SECRET = "0123456789abcdef0123456789abcdef"
    WHATSAPP_VERIFY = "belfry-verify-token"
    SLACK_TOKEN = "xoxb-000000000000-000000000000-testtesttesttesttesttest"
    SLACK_HOOK = "T00000000/B00000000/testtesttesttesttesttest"
    WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    def __init__(self, folder, token_lifetime_s=3599):
        self.keys = Keys(folder)
        self.token_lifetime_s = token_lifetime_s
        self.https = ""   # set when the ports are known
        self.http = ""
        self.standard_address = None  # where port 443 listens, if it does
        self.lock_ = threading.Lock()
        self.tokens_ = {}         # OAuth access token → when it ends
        self.confirmations_ = {}  # SNS token → topic

    def outside_url(self, host):
        """https URL of one of our names that reaches this simulator, given name resolution to it."""
        return f"https://{host}" if self.standard_address else f"https://{host}:{self.https.rsplit(':', 1)[1]}"

    def issue_token(self, prefix):
        token = prefix + secrets.token_urlsafe(48)
        with self.lock_:
            self.tokens_[token] = time.monotonic() + self.token_lifetime_s
        return token

    def token_state(self, token):
        """"valid", "expired" or "unknown"."""
        with self.lock_:
            ends = self.tokens_.get(token)
        return "unknown" if ends is None else "valid" if time.monotonic() < ends else "expired"

    def expire_tokens(self):
        with self.lock_:
            self.tokens_ = dict.fromkeys(self.tokens_, 0.0)

    def new_confirmation(self, topic):
        token = secrets.token_hex(64)
        with self.lock_:
            self.confirmations_[token] = topic
        return token

    def confirm(self, token, topic):
        with self.lock_:
            return token in self.confirmations_ and self.confirmations_[token] == topic

    def reset(self):
        with self.lock_:
            self.tokens_.clear()
            self.confirmations_.clear()

    def service_account(self):
        """As Google's console gives it out for download."""
        return {"type": "service_account", "project_id": self.FCM_PROJECT, "private_key_id": "0123456789abcdef",
                "private_key": private_pem(self.keys.rsa("fcm")).decode(), "client_email": self.FCM_EMAIL,
                "client_id": "100000000000000000000", "token_uri": f"{self.https}/oauth/token"}
