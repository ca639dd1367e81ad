"""Reads the SMTP plugin's golden messages with Python's own mail parser and compares them with what was asked for.

The vectors say that the bytes stay the same; this says that another implementation of the RFCs understands them.
Usage: read_vectors.py DIRECTORY
"""
import base64
import email
import email.policy
import json
import pathlib
import sys


def wire_bytes(message):
    """The pieces of an emitted message as the host would stream them; attachment N is b'blob N' over and over."""
    out = b""
    for piece in message:
        if isinstance(piece, str):
            out += piece.encode() + b"\r\n"
        elif "blob" in piece:
            out += base64.encodebytes(blob(piece["blob"])).rstrip(b"\n").replace(b"\n", b"\r\n")
        else:
            out += piece["bytes"].encode()
    return out


def blob(number):
    return b"blob %d " % number * 20


def lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def expect(name, what, got, wanted):
    if got != wanted:
        sys.exit(f"{name}: {what} is {got!r}, wanted {wanted!r}")


def check(name, asked, sent):
    mail = email.message_from_bytes(wire_bytes(sent["message"]), policy=email.policy.default)
    content = asked["content"]
    for part in mail.walk():
        expect(name, "defects", list(part.defects), [])
    expect(name, "subject", mail["Subject"], content.get("subject", content.get("title")))
    expect(name, "recipient", mail["To"].addresses[0].addr_spec, asked["to"])
    expect(name, "recipient's name", mail["To"].addresses[0].display_name, asked.get("to_name", ""))
    expect(name, "envelope", sent["mail_from"], mail["From"].addresses[0].addr_spec)
    for key, value in asked.get("headers", {}).items():
        expect(name, key, mail[key], value)
    for subtype, key in (("plain", "text"), ("html", "html")):
        body = mail.get_body((subtype,))
        wanted = content.get(key, content.get("body") if key == "text" else None)
        if wanted is not None:
            expect(name, key, lines(body.get_content()), lines(wanted))
    files = {part.get_filename(): part for part in mail.walk() if part.get_filename()}
    expect(name, "files", sorted(files), sorted(a["filename"] for a in asked.get("attachments", [])))
    for a in asked.get("attachments", []):
        expect(name, a["filename"], files[a["filename"]].get_payload(decode=True), blob(a["blob"]))


def main():
    checked = 0
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        for emission in vector.get("emits", []):
            if "smtp" in emission and "messages" in vector["request"]:  # a probe has no mail
                check(path.name, vector["request"]["messages"][0], emission["smtp"])
                checked += 1
    if checked == 0:
        sys.exit(f"no messages in {sys.argv[1]}")
    print(f"{checked} messages read")


if __name__ == "__main__":
    main()
