"""Verifies a message's DKIM-Signature with dkimpy: verify_dkim.py MESSAGE_FILE QUERY_NAME TXT_RECORD.

Prints "valid" or "wrong"; the only name that the verifier may look up is QUERY_NAME.
"""
import logging
import sys

import dkim

message_file, query_name, record = sys.argv[1:]


def txt(name, timeout=5):
    if name.decode() != query_name:
        sys.exit(f"the verifier asked for {name.decode()}")
    return record.encode()


logging.basicConfig(stream=sys.stderr)
with open(message_file, "rb") as message:
    print("valid" if dkim.verify(message.read(), logger=logging.getLogger(), dnsfunc=txt) else "wrong")
