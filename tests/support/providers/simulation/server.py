"""The HTTP/1.1 server: keep-alive, a thread a connection, TLS handshakes in those threads."""
import http.server
import itertools
import json
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time

from .exchange import Answer, Refused, Request

_IDLE_S = 120
_MAX_BODY = 64 * 1024 * 1024


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False  # else every thread there ever was is kept in a list
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, address, handler, tls=None, **members):
        super().__init__(address, handler)
        self.tls = tls
        self.__dict__.update(members)
        self.connections = itertools.count(1)

    def port(self):
        return self.socket.getsockname()[1]

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def handle_error(self, request, address):
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, ssl.SSLError, TimeoutError, BrokenPipeError)):
            super().handle_error(request, address)  # ours; what clients do to a connection is their test's matter


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = _IDLE_S
    owed_continue = False

    def setup(self):
        if self.server.tls:
            self.request.settimeout(_IDLE_S)
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.connection_number = next(self.server.connections)
        super().setup()

    def finish(self):
        try:
            super().finish()
        finally:
            if self.server.tls:
                self.request.close()  # the server closes only the socket that it accepted

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        self.owed_continue = True  # sent when the body is wanted
        return True

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer_request
        raise AttributeError(name)

    def read_body(self):
        if self.owed_continue:
            self.owed_continue = False
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(self.headers.get("content-length", 0))
        if not 0 <= length <= _MAX_BODY:
            raise ValueError(f"Content-Length {length}")
        return self.rfile.read(length)

    def _read_chunks(self):
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def write(self, answer, half=False):
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if half else answer.body)
        self.wfile.flush()

    def drop(self, reset=False):
        """Closes after this request; by a TCP reset if asked."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class ControlHandler(Handler):
    """GET and POST of JSON; `server.control` maps (method, path) to a function of (query, body)."""

    def answer_request(self):
        path, _, query = self.path.partition("?")
        try:
            body = self.read_body()
            function = self.server.control.get((self.command, path))
            if function is None:
                raise LookupError(f"{self.command} {path}: there are {', '.join(' '.join(c) for c in self.server.control)}")
            self.write(Answer(200, json.dumps(function(query, json.loads(body or b"{}"))).encode()))
        except LookupError as error:
            self.write(Answer(404, {"error": str(error)}))
        except (ValueError, TypeError) as error:
            self.write(Answer(400, {"error": str(error)}))


class ProviderHandler(Handler):
    """Routes by Host or path prefix, lets scripts act, and writes down what came."""

    def answer_request(self):
        simulation = self.server.simulation
        provider, own_path = simulation.route(self.headers.get("host", ""), self.path.partition("?")[0])
        request = Request(self.command, self.path, list(self.headers.items()), b"", own_path, self.server.tls is not None)
        if provider is None:
            self.read_body()
            self.write(Answer(404, {"error": f"no provider has {self.headers.get('host')}{self.path}"}))
            return
        entry = simulation.journal.add(provider.name, request, self.connection_number)
        step = simulation.scripts.take(provider.name, request, before_body=True)
        if step is None:
            try:
                request.body = self.read_body()
            except ValueError as error:
                entry.update(outcome="refused", status=400, problem=f"body: {error}")
                self.drop()
                self.write(Answer(400, {"error": str(error)}))
                return
            answer, step = self._considered(simulation, provider, request, entry)
        else:
            answer = None
            entry.update(outcome="scripted")
        self._act(simulation, provider, request, entry, answer, step)

    def _considered(self, simulation, provider, request, entry):
        try:
            answer, valid = provider.handle(request), True
        except Refused as refused:
            answer, valid = refused.answer, False
            entry["problem"] = str(refused)
        except Exception as error:  # a fault of the simulator itself must be seen in the test, not time out
            entry.update(outcome="refused", problem=f"simulator failed: {error!r}")
            self.drop()
            self.write(Answer(500, {"error": f"simulator failed: {error!r}"}))
            raise
        step = simulation.scripts.take(provider.name, request, before_body=False, checked=valid)
        if step is not None and not step.get("ok"):
            entry["outcome"] = "scripted"
        else:
            entry["outcome"] = "accepted" if valid else "refused"
        return answer, step

    def _act(self, simulation, provider, request, entry, answer, step):
        if step is None:
            entry["status"] = answer.status
            self.write(answer)
            return
        if step.get("delay_s"):
            simulation.pause(float(step.get("delay_s")))
        if step.get("stall"):
            self._stall(simulation, float(step.get("seconds", 600)))
        if step.get("stall") or step.get("close"):
            self.drop(step.get("reset", False))
            return
        if step.get("error") is not None:
            answer = provider.error(step.get("error"), request)
        elif step.get("status") is not None:
            answer = Answer(int(step.get("status")), step.get("body", b""))
        answer.headers.update(step.get("headers", {}))
        entry["status"] = answer.status
        if step.get("half"):
            answer.body = answer.body or b"{}"
            self.drop()
        self.write(answer, step.get("half", False))

    def _stall(self, simulation, seconds):
        """Until the client hangs up, the time is over, or the simulator is reset or ends."""
        poller, generation = select.poll(), simulation.generation
        poller.register(self.connection.fileno(), select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and simulation.generation == generation and not poller.poll(50):
            pass
