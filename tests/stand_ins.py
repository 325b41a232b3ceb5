"""The far ends that no simulator plays: Telegraf's http listener, and a Freebox whose replies a test writes."""
import base64
import contextlib
import gzip
import hashlib
import hmac
import http.server
import json
import re
import socket
import threading
import time
import zlib


class Connections(http.server.ThreadingHTTPServer):
    """Knows its connections, so that it can be gone from one moment to the next."""
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address, handler):
        super().__init__(address, handler)
        self.open = set()

    def process_request(self, request, address):
        self.open.add(request)
        super().process_request(request, address)

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, address):
        pass  # a client that goes away in the middle is what some tests are about

    def cut(self):
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class Server:
    """Runs `self.handler` on loopback between start() and stop(), or while the with block lasts."""
    handler = None

    def __init__(self):
        self.port = 0
        self.server = None

    def start(self):
        """On the port of the last time, if there was one."""
        bound = type("Bound", (self.handler,), {"owner": self})
        self.server = Connections(("127.0.0.1", self.port), bound)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server.cut()
            self.server = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class TelegrafHandler(Quiet):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.owner.receive(self, body)

    def do_GET(self):
        self.reply(405, b'{"error":"http: method not allowed"}')


class Telegraf(Server):
    """inputs.http_listener_v2 with data_format json, as far as a sender sees it (telegraf 1.39).

    `script` is what it does instead of its work, one entry per request: a status, (status, headers),
    (status, headers, body), "close" or "silent".  Then it works: an object for which `poison` is true is one that
    its parser cannot read, and costs the whole body.
    """
    handler = TelegrafHandler

    def __init__(self, script=(), poison=lambda thing: False, max_body_size=500_000_000, path="/telegraf",
                 basic=None, bearer=None):
        super().__init__()
        self.script, self.poison, self.max_body_size, self.path = list(script), poison, max_body_size, path
        self.basic = basic and "Basic " + base64.b64encode(":".join(basic).encode()).decode()
        self.bearer = bearer and "Bearer " + bearer
        self.requests = []  # (when, headers, body as sent, status)
        self.bodies = []  # texts that were accepted
        self.released = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def taken(self):
        """The objects of all accepted bodies, in order."""
        with self.lock:
            things = [json.loads(body) for body in self.bodies]
        return [thing for body in things for thing in (body if isinstance(body, list) else [body])]

    def stop(self):
        self.released.set()
        super().stop()

    def receive(self, handler, body):
        with self.lock:
            step = self.script.pop(0) if self.script else None
            status, headers, answer = self.judge(handler, body) if step is None else self.scripted(step)
            self.requests.append((time.monotonic(), dict(handler.headers), body, status))
        if status == "silent":
            self.released.wait(120)
        if status in ("silent", "close"):
            handler.close_connection = True
            return
        handler.reply(status, answer, headers)

    @staticmethod
    def scripted(step):
        if step in ("silent", "close"):
            return step, (), b""
        step = (step,) if isinstance(step, int) else step
        status, headers, answer = (*step, (), b"")[:3]
        return status, headers or (), answer

    def judge(self, handler, body):
        too_large = 413, (), b'{"error":"http: request body too large"}'
        bad = 400, (), b'{"error":"http: bad request"}'
        for wanted in (self.basic, self.bearer):
            if wanted and handler.headers["Authorization"] != wanted:
                return 401, (), b"Unauthorized."
        if handler.path != self.path:
            return 404, (), b""
        if len(body) > self.max_body_size:
            return too_large
        if handler.headers["Content-Encoding"] == "gzip":
            try:
                body = gzip.decompress(body)
            except gzip.BadGzipFile:
                return bad
            except (EOFError, zlib.error):
                return too_large
            if len(body) > self.max_body_size:
                return too_large
        return (204, (), b"") if self.parse(body) else bad

    def parse(self, body):
        try:
            text = body.decode()
            things = json.loads(text)
        except ValueError:
            return False
        things = things if isinstance(things, list) else [things]
        if not all(isinstance(thing, dict) and not self.poison(thing) for thing in things):
            return False
        self.bodies.append(text)
        return True


class Lines(Telegraf):
    """A database that takes line protocol: every body that is text."""

    def parse(self, body):
        self.bodies.append(body.decode())
        return True


class FreeboxHandler(Quiet):
    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else ""
        status, answer = self.owner.answer(self.command, self.path, body, self.headers.get("X-Fbx-App-Auth"))
        self.reply(status, answer, [("Content-Type", "application/json; charset=utf-8")])

    do_POST = do_PUT = do_DELETE = do_GET


class ScriptedFreebox(Server):
    """`replies` maps a path below the API's root, such as "tick/", to a function that returns the result to
    wrap, or the bytes of the whole answer; as does `answered` for how often that was.  `asked` has every request:
    (method, path, body as JSON or "").  `verdicts` is what it says of a registration, one after the other."""
    handler = FreeboxHandler
    token = "boxmeter-sim-app-token"

    def __init__(self, replies, version="8.0", verdicts=(), permissions=None):
        super().__init__()
        self.replies = replies
        self.version = version
        self.verdicts = list(verdicts)
        self.permissions = permissions or {}
        self.asked = []
        self.answered = {path: 0 for path in replies}
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method, path, body, session):
        self.asked.append((method, path, body))
        if path == "/api_version":
            return 200, json.dumps({"api_base_url": "/api/", "api_version": self.version,
                                    "device_name": "Freebox Server", "uid": "0" * 32,
                                    "https_available": False}).encode()
        path = re.sub("^/api/v[0-9]+/", "", path)
        if path == "login/":
            return self.success({"logged_in": session is not None, "challenge": "challenge"})
        if path == "login/session/":
            return self.open_session(body)
        if path == "login/authorize/" and self.verdicts:
            return self.success({"app_token": self.token, "track_id": 7})
        if path == "login/authorize/7":
            return self.success({"status": self.verdicts.pop(0), "challenge": "challenge"})
        if session != "session":
            return 403, b'{"success":false,"error_code":"auth_required"}'
        if path not in self.replies:
            return 404, b'{"success":false,"error_code":"invalid_request"}'
        with self.lock:
            result = self.replies[path]()
            self.answered[path] += 1
        return (200, result) if isinstance(result, bytes) else self.success(result)

    def open_session(self, body):
        wanted = hmac.new(self.token.encode(), b"challenge", hashlib.sha1).hexdigest()
        if body.get("password") != wanted:
            return 403, b'{"success":false,"error_code":"invalid_token","result":{"challenge":"challenge"}}'
        return self.success({"session_token": "session", "challenge": "challenge", "permissions": self.permissions})

    @staticmethod
    def success(result):
        return 200, json.dumps({"success": True, "result": result}).encode()
