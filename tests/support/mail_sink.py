#!/usr/bin/python3
"""A real SMTP server (Debian's python3-aiosmtpd) that keeps every mail and misbehaves on request.

    mail_sink.py --out mails.jsonl [--port 0] [--tls-cert C --tls-key K (--starttls | --smtps)] [--auth user:password]

Prints one JSON line on stdout when it listens: {"event":"ready","host":"127.0.0.1","port":40123,"pid":17}
Ends with code 0 on SIGTERM or SIGINT.

--out FILE gets one JSON line for each accepted message, written before the answer to the final dot:
    time, from, rcpts, data (text, null when it is not UTF-8), data_base64, tls (null or "TLSv1.3"), auth_user,
    helo, peer_port (the same for messages that came over one connection), answered (false: the connection was dropped)
--events FILE gets one JSON line for each connect, close, MAIL, RCPT and DATA with the answer given: to count attempts.

What a recipient's local part asks for (a tag may follow: reject-550+ada@example.test):
    reject-550   RCPT is answered 550 5.1.1      (any 5xx)
    defer-451    RCPT is answered 451 4.3.0      (any 4xx)
    flaky-2      the first 2 RCPTs of this very address are answered 451 4.3.0, later ones 250
    data-552     the final dot is answered with 552 (any 4xx or 5xx); nothing is kept
    slow, slow-3 the answer to the final dot comes after --slow-seconds, or 3 seconds
    drop         the message is kept, then the connection is closed instead of an answer to the final dot
    dropmail     the connection is closed on DATA, before any content
    droprcpt     the connection is closed on RCPT
And a sender's: reject-550, defer-451, drop: as above, on MAIL.

--control FILE (JSON, read again for every step, may be absent) overrides for all:
    {"greeting": "421 4.3.2 busy", "mail": "451 …", "rcpt": "550 …", "data": "452 …", "data_delay_s": 1.5, "drop": true}
"""
import argparse
import asyncio
import base64
import collections
import datetime
import json
import logging
import os
import re
import signal
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

ENHANCED = {"4": "4.3.0", "5": "5.1.1"}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds")


def append_line(path, record):
    """One write(2) on an O_APPEND descriptor, so that a reader sees whole lines."""
    if not path:
        return
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(fd, (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
    finally:
        os.close(fd)


def behaviour(address):
    """The wish in a local part: `defer-451+x@host` -> ("defer", "451"); none -> ("", "")."""
    local = address.rsplit("@", 1)[0].split("+", 1)[0].strip("<>").lower()
    match = re.fullmatch(r"(reject|defer|flaky|data|slow|drop|dropmail|droprcpt)(?:-([0-9.]+))?", local)
    return (match[1], match[2] or "") if match else ("", "")


def refusal(code, what):
    return f"{code} {ENHANCED.get(code[0], '5.0.0')} {what}"


class Handler:
    """The scripted answers. aiosmtpd calls the hooks by name."""

    def __init__(self, options):
        self.options = options
        self.refused_before = collections.Counter()

    def control(self):
        try:
            with open(self.options.control, encoding="utf-8") as file:
                return json.load(file)
        except (TypeError, FileNotFoundError):
            return {}

    def note(self, event, session, **fields):
        append_line(self.options.events, {"time": now(), "event": event, "peer_port": session.peer[1], **fields})

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        wish, argument = behaviour(address or "")
        answer = self.control().get("mail")
        if not answer and wish in ("reject", "defer"):
            answer = refusal(argument or {"reject": "550", "defer": "451"}[wish], "sender refused as asked")
        self.note("mail", session, address=address, answer=answer or "250")
        if wish == "drop":
            server.drop()
        if answer:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        wish, argument = behaviour(address)
        answer = self.control().get("rcpt")
        if not answer and wish in ("reject", "defer"):
            answer = refusal(argument or {"reject": "550", "defer": "451"}[wish], "recipient refused as asked")
        if not answer and wish == "flaky" and self.refused_before[address] < int(argument or 1):
            self.refused_before[address] += 1
            answer = "451 4.3.0 try again later"
        self.note("rcpt", session, address=address, answer=answer or "250")
        if wish == "droprcpt":
            server.drop()
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        control = self.control()
        wishes = [behaviour(address) for address in envelope.rcpt_tos]
        answer = control.get("data") or next(
            (refusal(code or "552", "message refused as asked") for wish, code in wishes if wish == "data"), None)
        drop = bool(control.get("drop")) or any(w == "drop" for w, _ in wishes)
        delay = max([float(control.get("data_delay_s", 0))] +
                    [float(a or self.options.slow_seconds) for w, a in wishes if w == "slow"])
        if not answer:
            self.keep(server, session, envelope, answered=not drop)
        self.note("data", session, rcpts=envelope.rcpt_tos, answer="dropped" if drop else answer or "250")
        if delay:
            await asyncio.sleep(delay)
        if drop:
            server.drop()
        return answer or "250 2.0.0 kept"

    def keep(self, server, session, envelope, answered):
        content = bytes(envelope.original_content)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = None
        append_line(self.options.out, {
            "time": now(), "from": envelope.mail_from, "rcpts": envelope.rcpt_tos, "data": text,
            "data_base64": base64.b64encode(content).decode("ascii"), "tls": server.tls_version(),
            "auth_user": session.auth_data.decode() if session.auth_data else None, "helo": session.host_name,
            "peer_port": session.peer[1], "answered": answered})


class Sink(SMTP):
    """aiosmtpd's protocol, with a way to hang up and a scripted greeting."""

    greeted = False

    def drop(self):
        """Closes without an answer; what follows in this step is not sent."""
        self.transport.abort()
        raise asyncio.CancelledError

    def tls_version(self):
        tls = self.transport.get_extra_info("ssl_object")
        return tls.version() if tls else None

    async def push(self, status):
        if not self.greeted:
            self.greeted = True
            self.event_handler.note("connect", self.session)
            greeting = self.event_handler.control().get("greeting")
            if greeting:
                await super().push(greeting)
                self.transport.close()
                raise asyncio.CancelledError
        await super().push(status)

    async def smtp_DATA(self, arg):
        if any(behaviour(address)[0] == "dropmail" for address in self.envelope.rcpt_tos):
            self.event_handler.note("data", self.session, rcpts=self.envelope.rcpt_tos, answer="dropped")
            self.drop()
        await super().smtp_DATA(arg)

    def connection_lost(self, error):
        if self.session:
            self.event_handler.note("close", self.session)
        super().connection_lost(error)


def authenticator(expected):
    """Accepts exactly `user:password`, by PLAIN and LOGIN."""
    user, _, password = expected.partition(":")

    def check(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and data.login == user.encode() and data.password == password.encode()
        server.event_handler.note("auth", session, user=getattr(data, "login", b"").decode("utf-8", "replace"),
                                  answer="235" if right else "535")
        if not right:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=data.login)

    return check


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--out", help="file that gets one JSON line a message")
    parser.add_argument("--events", help="file that gets one JSON line an event")
    parser.add_argument("--control", help="JSON file with answers for all")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--starttls", action="store_true", help="offer STARTTLS, refuse mail without it")
    mode.add_argument("--starttls-optional", action="store_true", help="offer STARTTLS, accept mail without it")
    mode.add_argument("--smtps", action="store_true", help="TLS from the first byte")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="refuse mail without this login")
    parser.add_argument("--max-size", type=int, default=32 * 1024 * 1024, help="bytes a message may have")
    parser.add_argument("--slow-seconds", type=float, default=2.0)
    options = parser.parse_args()
    if (options.starttls or options.starttls_optional or options.smtps) and not (options.tls_cert and options.tls_key):
        parser.error("--starttls and --smtps need --tls-cert and --tls-key")
    return options


def tls_context(options):
    if not options.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    return context


def protocol_factory(options, context):
    handler = Handler(options)
    arguments = {"hostname": "mail-sink.test", "ident": "ESMTP", "enable_SMTPUTF8": True,
                 "data_size_limit": options.max_size}
    if options.starttls or options.starttls_optional:
        arguments.update(tls_context=context, require_starttls=options.starttls)
    if options.auth:
        # auth_require_tls knows of STARTTLS only; a client that logs in over plain text is for its own test to catch.
        arguments.update(authenticator=authenticator(options.auth), auth_required=True, auth_require_tls=False)
    return lambda: Sink(handler, **arguments)


async def serve(options):
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    context = tls_context(options)
    server = await loop.create_server(protocol_factory(options, context), options.host, options.port,
                                      ssl=context if options.smtps else None, backlog=512)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"event": "ready", "host": options.host, "port": port, "pid": os.getpid()}), flush=True)
    await stop.wait()
    server.close()


def main():
    options = parse_options()
    # aiosmtpd warns of what is wanted here: logins without TLS, so that a client's refusal can be tested.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    try:
        asyncio.run(serve(options))
    except OSError as error:
        sys.exit(f"mail_sink: {options.host}:{options.port}: {error}")


if __name__ == "__main__":
    main()
