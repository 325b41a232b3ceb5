"""The made-up router: POST /login gives a token, GET /api/status.json takes it.  For tests, on loopback."""
import http.server
import json
import pathlib
import threading

RECORDING = pathlib.Path(__file__).parent / "recording"


class Router:
    """Answers until the with block ends.  `asked` lists what it was asked; a token is good for `uses` requests."""

    def __init__(self, user="monitor", password="secret", uses=1000):
        self.user, self.password, self.uses = user, password, uses
        self.asked = []
        self.tokens = {}
        router = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.reply(*router.log_in(self.path, body))

            def do_GET(self):
                self.reply(*router.page(self.path, self.headers.get("Authorization", "")))

            def reply(self, status, text):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def log_in(self, path, body):
        self.asked.append(f"POST {path} as {body.get('role')}")
        if (path, body.get("user"), body.get("password")) != ("/login", self.user, self.password):
            return 401, '{"error": "wrong user or password"}'
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = self.uses
        return 200, json.dumps({"token": token})

    def page(self, path, authorization):
        self.asked.append(f"GET {path}")
        token = authorization.removeprefix("Bearer ")
        if self.tokens.get(token, 0) == 0:
            return 401, '{"error": "no such token"}'
        self.tokens[token] -= 1
        file = RECORDING / path.removeprefix("/api/")
        if path.count("/") != 2 or not file.is_file():
            return 404, '{"error": "no such page"}'
        return 200, file.read_text()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
