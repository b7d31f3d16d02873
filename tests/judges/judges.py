"""The outside clients, each behind the same few verbs. A refusal is the HTTP status it came with."""
import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import mattermostautodriver
import mattermostdriver

HERE = Path(__file__).resolve().parent


class Auto:
    """mattermostautodriver"""

    def __init__(self, url):
        self.url = urlsplit(url)

    def driver(self, **who):
        options = {"scheme": "http", "url": self.url.hostname, "port": self.url.port, "max_retries": 0}
        return mattermostautodriver.TypedDriver({**options, **who})

    def login(self, name, password):
        self.own = self.driver(login_id=name, password=password)
        self.own.login()
        self.users = self.own.users
        return self.own.client.userid

    def create(self, user_id, description):
        return self.users.create_user_access_token(user_id, description)

    def list(self, user_id):
        return self.users.get_user_access_tokens_for_user(user_id)

    def disable(self, token_id):
        return self.users.disable_user_access_token(token_id)

    def enable(self, token_id):
        return self.users.enable_user_access_token(token_id)

    def revoke(self, token_id):
        return self.users.revoke_user_access_token(token_id)

    def status(self, secret):
        try:
            self.driver(token=secret).login()
        except mattermostautodriver.exceptions.MattermostError as error:
            return error.status_code
        return 200

    def close(self):
        self.own.client.close()


class Old(Auto):
    """mattermostdriver"""

    def driver(self, **who):
        return mattermostdriver.Driver({"scheme": "http", "url": self.url.hostname, "port": self.url.port, **who})

    def create(self, user_id, description):
        return self.users.create_user_access_token(user_id, {"description": description})

    def list(self, user_id):
        return self.own.client.get(f"/users/{user_id}/tokens")

    def disable(self, token_id):
        return self.users.disable_personal_access_token({"token_id": token_id})

    def enable(self, token_id):
        return self.users.enable_personal_access_token({"token_id": token_id})

    def revoke(self, token_id):
        return self.own.client.post("/users/tokens/revoke", {"token_id": token_id})

    def status(self, secret):
        try:
            self.driver(token=secret).login()
        except mattermostdriver.exceptions.NoAccessTokenProvided:
            return 401
        return 200

    def close(self):
        pass


class Curl:
    """curl"""

    def __init__(self, url):
        self.url = url

    def ask(self, method, path, body=None, token=None):
        """Answers (status, headers, JSON). Headers and body go in through a file handle, so no argument holds a secret."""
        settings = [f'url = "{self.url}/api/v4/{path}"', f'request = "{method}"', "silent", "include", "compressed"]
        settings += [f'header = "Authorization: Bearer {token}"'] if token else []
        settings += [f"data = {json.dumps(json.dumps(body))}"] if body is not None else []
        done = subprocess.run(["curl", "--config", "-"], input="\n".join(settings), capture_output=True, text=True, check=True, timeout=20)
        head, _, text = done.stdout.replace("\r\n", "\n").partition("\n\n")
        status, *lines = head.split("\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(status.split()[1]), headers, json.loads(text)

    def good(self, method, path, body=None):
        status, _, answer = self.ask(method, path, body, self.token)
        assert status == 200, (path, status, answer)
        return answer

    def login(self, name, password):
        status, headers, user = self.ask("POST", "users/login", {"login_id": name, "password": password})
        assert status == 200, user
        self.token = headers["token"]
        return user["id"]

    def create(self, user_id, description):
        return self.good("POST", f"users/{user_id}/tokens", {"description": description})

    def list(self, user_id):
        return self.good("GET", f"users/{user_id}/tokens")

    def disable(self, token_id):
        return self.good("POST", "users/tokens/disable", {"token_id": token_id})

    def enable(self, token_id):
        return self.good("POST", "users/tokens/enable", {"token_id": token_id})

    def revoke(self, token_id):
        return self.good("POST", "users/tokens/revoke", {"token_id": token_id})

    def status(self, secret):
        return self.ask("GET", "users/me", token=secret)[0]

    def close(self):
        pass


class Client:
    """@mattermost/client: one line of JSON asks client.mjs, one answers."""

    def __init__(self, url):
        self.process = subprocess.Popen(["node", HERE / "client.mjs", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, verb, *values):
        self.process.stdin.write(json.dumps([verb, *values]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "failed" not in answer, (verb, answer)
        return answer["done"]

    def __getattr__(self, verb):
        return lambda *values: self.ask(verb, *values)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


ALL = {"@mattermost/client": Client, "mattermostautodriver": Auto, "mattermostdriver": Old, "curl": Curl}
