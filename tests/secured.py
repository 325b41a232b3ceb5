"""boxmeter with a web file, and the certificates and hashes that go into one."""
import base64
import http.client
import pathlib
import ssl
import subprocess
import urllib.parse

from harness import BUILD, Process, config, fritzbox

CONFIG = config(fritzbox("http://127.0.0.1:1"), poll="interval: 1h, timeout: 1s")


def hash_of(password, cost=4):
    done = subprocess.run([BUILD / "boxmeter", "hash-password", "--cost", str(cost)], input=password + "\n", text=True,
                          capture_output=True, check=True)
    return done.stdout.strip()


def openssl(*arguments, cwd):
    done = subprocess.run(["openssl", *arguments], cwd=cwd, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


class Authority:
    """A certificate authority in a folder: NAME.crt, NAME.key and, in one, NAME.pem."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = pathlib.Path(folder), name
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt", cwd=folder)

    def sign(self, name, san, days=30):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=self.folder)
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={san}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.crt", "-CAkey", f"{self.name}.key", "-CAcreateserial",
                "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.crt", cwd=self.folder)
        (self.folder / f"{name}.pem").write_text((self.folder / f"{name}.crt").read_text()
                                                 + (self.folder / f"{name}.key").read_text())


class Secured(Process):
    """`boxmeter serve` with a web file."""

    def __init__(self, folder, web, more="", args=(), env=None):
        self.folder = folder
        self.web = folder / "web.yml"
        self.web.write_text(web)
        (folder / "boxmeter.yml").write_text(f"web: {{listen: 127.0.0.1:0, config_file: web.yml{more}}}\n" + CONFIG)
        super().__init__([BUILD / "boxmeter", "serve", "--config.file", folder / "boxmeter.yml", "--log.format", "text", *args],
                         env={"STATE_DIRECTORY": str(folder / "state"), **(env or {})})
        self.url = self.wait_for_line(r"sinks?; ([^ ,]+)")[1].rstrip("/")
        self.host, self.port = urllib.parse.urlsplit(self.url).hostname, urllib.parse.urlsplit(self.url).port

    def connect(self, client=None, **options):
        """An HTTP connection; `client` is the name of a certificate."""
        if self.url.startswith("http://"):
            return http.client.HTTPConnection(self.host, self.port, timeout=30)
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        for name, given in options.items():
            setattr(context, name, given)
        if client:
            context.load_cert_chain(self.folder / f"{client}.pem")
        return http.client.HTTPSConnection(self.host, self.port, timeout=30, context=context)

    def ask(self, path="/metrics", login=None, method="GET", headers=None, **options):
        """(status, headers, text)"""
        connection = self.connect(**options)
        headers = dict(headers or {})
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return result


TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
MUTUAL = ("tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt, "
          "client_auth_type: RequireAndVerifyClientCert}\n")


def users(**passwords):
    return "basic_auth_users:\n" + "".join(f"  {name}: {hash_of(password)}\n" for name, password in passwords.items())
