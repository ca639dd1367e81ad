"""Verifies the DKIM-Signature of messages with dkimpy: verify_dkim.py QUERY_NAME TXT_RECORD MESSAGE_FILE...

Prints "valid" or "wrong" for each, in order; the only name that the verifier may look up is QUERY_NAME.
"""
import logging
import sys

import dkim

query_name, record, *message_files = sys.argv[1:]


def txt(name, timeout=5):
    if name.decode() != query_name:
        sys.exit(f"the verifier asked for {name.decode()}")
    return record.encode()


logging.basicConfig(stream=sys.stderr)
for file in message_files:
    with open(file, "rb") as message:
        print("valid" if dkim.verify(message.read(), logger=logging.getLogger(), dnsfunc=txt) else "wrong")
