"""Starts the fake Mattermost server and prepares accounts and tokens on it, by plain HTTP like any outsider."""
import json
import os
import subprocess
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / os.environ.get("MMCRED_BUILT", "debug")
PASSWORD = "Pa55word-of-the-fake"


class Fake:
    """A running fake; it ends when this object is closed or this process dies, since its input closes."""

    def __init__(self, *options):
        command = [str(BUILT / "fake-mattermost"), "--port", "0", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        addresses = json.loads(self.process.stdout.readline())
        self.url, self.control = addresses["url"], addresses["control"]
        self.token = None

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, path, body=None, token=None):
        """Calls the API and returns (headers, JSON). Raises for a refusal."""
        headers = {"Content-Type": "application/json"}
        if token := token or self.token:
            headers["Authorization"] = f"Bearer {token}"
        return request(method, f"{self.url}/api/v4/{path}", body, headers)

    def steer(self, method, path, body=None):
        """Calls the control address (its README names the paths)."""
        return request(method, f"{self.control}/{path}", body, {"Content-Type": "application/json"})[1]

    def prepare(self):
        """An administrator whose session this object then uses, and personal access tokens switched on."""
        self.user("admin")
        headers, _ = self.call("POST", "users/login", {"login_id": "admin", "password": PASSWORD})
        self.token = headers["Token"]
        self.call("PUT", "config/patch", {"ServiceSettings": {"EnableUserAccessTokens": True, "EnableBotAccountCreation": True}})
        return self

    def user(self, name):
        """Creates an account and returns its id."""
        account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        return self.call("POST", "users", account)[1]["id"]

    def token_for(self, user_id, description="for a test"):
        """Creates a personal access token and returns (token, id)."""
        made = self.call("POST", f"users/{user_id}/tokens", {"description": description})[1]
        return made["token"], made["id"]


def request(method, url, body, headers):
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, headers=headers, method=method)
    # Never through a proxy: everything here is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(asked, timeout=20) as reply:
        text = reply.read()
        return reply.headers, json.loads(text) if text else None
