"""A server and what the cases made on it: asks by plain HTTP, records each answer without its values, and cleans up."""
import email.utils
import http.client
import json
import secrets
import ssl
import time
import urllib.parse
import urllib.request

from shape import shape

# These tell of the connection, not of the answer.
NOISE = {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}
JSON = {"Content-Type": "application/json"}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def recorded(self, base):
        """What is kept of it: no value of a body, a cookie or a header, but for the type and where a redirect leads."""
        error = self.json.get("id") if self.status >= 400 and isinstance(self.json, dict) else None
        location = self.header("Location")
        return {
            "status": self.status,
            "error": error,
            "type": self.header("Content-Type"),
            "location": location and location.replace(base, "<server>"),
            "headers": sorted({name.lower() for name, _ in self.headers} - NOISE),
            "cookies": [cookie(value) for name, value in self.headers if name.lower() == "set-cookie"],
            "newline": self.body.endswith(b"\n"),
            "body": self.form(),
        }

    def form(self):
        if self.json is not None:
            return shape(self.json)
        page = "html" in (self.header("Content-Type") or "") or self.body.lstrip().startswith(b"<")
        return "a page" if page else "plain text" if self.body else None


def cookie(value):
    pair, *attributes = value.split(";")
    name, _, content = pair.partition("=")
    names = [attribute.strip().partition("=")[0] for attribute in attributes]
    return " ".join([name, "set" if content else "cleared", *names])


class Server:
    """Who is asked. A connection per request, no proxy, no redirect followed, no cookie kept."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.parts = urllib.parse.urlsplit(self.url)

    def ask(self, method, path, body=None, headers=None):
        while True:
            answer = self.ask_once(method, path, body, headers or {})
            if answer.status != 429:
                return answer
            time.sleep(min(int(answer.header("Retry-After") or 1), 60))

    def ask_once(self, method, path, body, headers):
        host, port = self.parts.hostname, self.parts.port
        if self.parts.scheme == "https":
            connection = http.client.HTTPSConnection(host, port, timeout=30, context=ssl.create_default_context())
        else:
            connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            connection.request(method, self.parts.path + path, body, headers)
            reply = connection.getresponse()
            return Answer(reply.status, reply.getheaders(), reply.read())
        finally:
            connection.close()


class World:
    def __init__(self, server, admin_token, control=None):
        self.server, self.control = server, control
        self.tokens = {"admin": admin_token, "nobody": "cwj1qdtgu3guxci8jz1ff3iw8y"}
        self.ids = {"unknown": "gqem3srzbiyk9brz4rwgantwyy"}
        self.suffix, self.password = secrets.token_hex(4), "Aa1!" + secrets.token_hex(12)
        self.records, self.undo = [], []

    def name(self, who):
        return f"mmcred-live-{self.suffix}-{who}"

    def ask(self, method, path, body=None, by=None, headers=None):
        """Asks without recording. A path without a leading slash is the API's; {names} are ids of what was made."""
        if not path.startswith("/"):
            path = f"/api/v4/{path}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {**(JSON if data is not None else {}), **(headers or {})}
        if by:
            given["Authorization"] = f"Bearer {self.tokens[by]}"
        answer = self.server.ask(method, path.format(**self.ids), data, given)
        self.note_what_was_made(method, path, answer)
        return answer

    def call(self, method, path, body=None, by=None, headers=None):
        answer = self.ask(method, path, body, by, headers)
        self.records.append({"request": f"{method} {path}", "by": by, **answer.recorded(self.server.url)})
        return answer

    def get(self, path, by=None, headers=None):
        return self.call("GET", path, None, by, headers)

    def post(self, path, body=None, by=None, headers=None):
        return self.call("POST", path, body, by, headers)

    def put(self, path, body=None, by=None):
        return self.call("PUT", path, body, by)

    def account(self, who):
        """What makes an account, without recording."""
        return {"username": self.name(who), "email": f"{self.name(who)}@example.com", "password": self.password}

    def keep(self, name, answer):
        """Remembers the id, and the secret if there is one, under a name."""
        self.ids[name] = answer.json.get("id") or answer.json["user_id"]
        if secret := answer.header("Token") or answer.json.get("token"):
            self.tokens[name] = secret

    def now(self):
        """The server's time in milliseconds."""
        date = self.ask("GET", "system/ping").header("Date")
        return int(email.utils.parsedate_to_datetime(date).timestamp() * 1000)

    def wait(self, seconds):
        if self.control:
            self.steer("clock", {"advance": int(seconds * 1000)})
        else:
            time.sleep(seconds)

    def steer(self, path, body):
        """Asks the control address of a fake."""
        data = json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.control}/{path}", data, JSON, method="POST")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=20).close()

    def note_what_was_made(self, method, path, answer):
        if method != "POST" or answer.status not in (200, 201) or not isinstance(answer.json, dict):
            return
        if path.endswith("/tokens"):
            self.undo.append(("POST", "users/tokens/revoke", {"token_id": answer.json.get("id")}))
        elif path == "/api/v4/users":
            self.undo.append(("DELETE", f"users/{answer.json.get('id')}", None))
        elif path == "/api/v4/bots":
            self.undo.append(("POST", f"bots/{answer.json.get('user_id')}/disable", None))

    def clean_up(self):
        """Removes or disables all that was made; returns what is left."""
        left = []
        for method, path, body in reversed(self.undo):
            status = self.ask(method, path, body, "admin").status
            if status not in (200, 404):
                left.append(f"{method} {path} answered {status}")
        return left
