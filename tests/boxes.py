"""Raw clients of both brands, strict about what a box must say."""
import hashlib
import hmac
import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

DSLFORUM = "urn:dslforum-org:service:"
UPNP = "urn:schemas-upnp-org:service:"


def connect(url, timeout=5):
    parts = urllib.parse.urlsplit(url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def fetch(connection, method, path, body=None, headers=None):
    """(status, headers, text)"""
    connection.request(method, path, body=body, headers=headers or {})
    reply = connection.getresponse()
    return reply.status, reply.headers, reply.read().decode()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class FritzClient:
    """One kept-alive connection and one nonce, as the best of clients do it."""

    def __init__(self, url, username="monitor", password="secret"):
        self.connection = connect(url)
        self.username, self.password = username, password
        self.nonce, self.count, self.statuses = None, 0, []

    def authorization(self, method, uri):
        self.count += 1
        ha1 = md5(f"{self.username}:HTTPS Access:{self.password}")
        ha2 = md5(f"{method}:{uri}")
        nc = f"{self.count:08x}"
        response = md5(f"{ha1}:{self.nonce}:{nc}:abcdef01:auth:{ha2}")
        return (f'Digest username="{self.username}", realm="HTTPS Access", nonce="{self.nonce}", '
                f'uri="{uri}", cnonce="abcdef01", nc={nc}, qop=auth, response="{response}", '
                "algorithm=MD5")

    def post(self, path, body, headers):
        if self.nonce:
            headers = {**headers, "Authorization": self.authorization("POST", path)}
        status, reply_headers, text = fetch(self.connection, "POST", path, body.encode(), headers)
        self.statuses.append(status)
        if status == 401:
            self.challenge = reply_headers["WWW-Authenticate"]
            self.nonce = re.search('nonce="([^"]*)"', self.challenge)[1]
            self.count = 0
        return status, text

    def soap(self, path, service, action, arguments="", header=None):
        """One exchange without a second try: (status, text)."""
        body = ('<?xml version="1.0" encoding="utf-8"?><s:Envelope '
                's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" '
                'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                f'<u:{action} xmlns:u="{service}">{arguments}</u:{action}></s:Body></s:Envelope>')
        return self.post(path, body, {"Content-Type": 'text/xml; charset="utf-8"',
                                      "SoapAction": header or f"{service}#{action}"})

    def call(self, path, service, action, arguments=""):
        """The reply as a dict, or the UPnP error code; answers one challenge."""
        status, text = self.soap(path, service, action, arguments)
        if status == 401:
            status, text = self.soap(path, service, action, arguments)
        assert status in (200, 500), (status, text)
        body = ElementTree.fromstring(text)[0][0]
        if status == 500:
            return int(body.find(".//{*}errorCode").text)
        assert body.tag == f"{{{service}}}{action}Response"
        return {argument.tag: argument.text or "" for argument in body}


def session_password(token, challenge):
    return hmac.new(token.encode(), challenge.encode(), hashlib.sha1).hexdigest()


class FreeClient:
    def __init__(self, url, app_id="boxmeter", token="boxmeter-sim-app-token"):
        self.connection = connect(url)
        self.app_id, self.token, self.session = app_id, token, None

    def get(self, path):
        """(status, envelope)"""
        headers = {"X-Fbx-App-Auth": self.session} if self.session else {}
        status, _, text = fetch(self.connection, "GET", path, headers=headers)
        return status, json.loads(text)

    def post(self, path, body=None):
        headers = {"X-Fbx-App-Auth": self.session} if self.session else {}
        status, _, text = fetch(self.connection, "POST", path,
                                json.dumps(body).encode() if body else None, headers)
        return status, json.loads(text)

    def send(self, method, path, body=None):
        """(status, envelope); a text is sent as it stands, anything else as JSON."""
        headers = {"X-Fbx-App-Auth": self.session} if self.session else {}
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        status, _, text = fetch(self.connection, method, path, data.encode() if data else None, headers)
        return status, json.loads(text)

    def login(self, api="/api/v8"):
        challenge = self.get(api + "/login/")[1]["result"]["challenge"]
        status, envelope = self.post(api + "/login/session/", {
            "app_id": self.app_id, "password": session_password(self.token, challenge)})
        if envelope["success"]:
            self.session = envelope["result"]["session_token"]
        return status, envelope
