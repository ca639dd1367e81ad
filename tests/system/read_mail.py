#!/usr/bin/python3
"""Takes one line of mail_sink.py apart with Python's own e-mail reader: FILE in, one JSON object out.

    {"from": envelope, "rcpts": envelope, "time": …, "headers": {"subject": decoded, …}, "defects": [of the whole message],
     "parts": [{"type": "text/plain", "charset": …, "encoding": …, "text": …, "base64": …, "filename": …, "disposition": …, "contentId": …}]}

Headers have lower-case names; of one that stands twice the values are joined with a line feed. Multiparts themselves are in
"containers", outermost first.
"""
import base64
import email
import email.policy
import json
import sys


def part_of(part):
    content = part.get_payload(decode=True)
    text = part.get_content() if part.get_content_maintype() == "text" else None
    return {"type": part.get_content_type(), "charset": part.get_content_charset(),
            "encoding": part.get("Content-Transfer-Encoding"), "text": text,
            "base64": base64.b64encode(content).decode("ascii"), "filename": part.get_filename(),
            "disposition": part.get_content_disposition(), "contentId": part.get("Content-ID")}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        kept = json.load(file)
    raw = base64.b64decode(kept["data_base64"])
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    headers = {}
    for name, value in mail.items():
        name = name.lower()
        headers[name] = headers[name] + "\n" + str(value) if name in headers else str(value)
    everything = list(mail.walk())
    print(json.dumps({
        "from": kept["from"], "rcpts": kept["rcpts"], "time": kept["time"], "headers": headers,
        "defects": [repr(defect) for part in everything for defect in part.defects],
        "containers": [part.get_content_type() for part in everything if part.is_multipart()],
        "parts": [part_of(part) for part in everything if not part.is_multipart()],
        "longestLine": max(len(line) for line in raw.split(b"\r\n")), "bareLineFeeds": raw.replace(b"\r\n", b"").count(b"\n")}))


if __name__ == "__main__":
    main()
