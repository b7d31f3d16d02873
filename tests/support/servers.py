"""Small servers that a fake Mattermost can not be: a stranger, a TLS end, and one that changes a vault in mid-request."""
import json
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(handler):
    """Serves on a free loopback port in a daemon thread and returns the server; its `url` says where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def drain(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))


def stranger():
    """Another server, which notes what it was sent: `seen` holds a line per request with its secrets."""
    seen = []

    class Handler(Quiet):
        def do_GET(self):
            self.drain()
            seen.append((self.command, self.path, self.headers.get("Authorization"), self.headers.get("Cookie")))
            self.answer(200, {"id": "wx4dia1tmfgm8kzd95s1cs38na", "username": "stranger", "roles": "system_user"})

        do_POST = do_PUT = do_DELETE = do_GET

    server = serve(Handler)
    server.seen = seen
    return server


def swapping(refused, accepted, username, swap):
    """Refuses the token `refused`, but runs `swap` before it says so; accepts the token `accepted`."""

    class Handler(Quiet):
        def do_GET(self):
            self.drain()
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if token == accepted:
                return self.answer(200, {"id": "wx4dia1tmfgm8kzd95s1cs38na", "username": username, "roles": "system_user"})
            if token == refused:
                swap()
            refusal = {"id": "api.context.session_expired.app_error", "message": "", "detailed_error": "", "status_code": 401}
            return self.answer(401, refusal)

        do_POST = do_GET

    return serve(Handler)


def certificates(folder):
    """An authority and a certificate for 127.0.0.1 that it signed; returns (ca, certificate, key)."""
    ca, ca_key, key, csr, leaf = (folder / name for name in ("ca.pem", "ca.key", "leaf.key", "leaf.csr", "leaf.pem"))
    extensions = folder / "leaf.ext"
    extensions.write_text("basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for command in (
        ["req", "-x509", *new_key, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=mmcred test authority"],
        ["req", *new_key, "-keyout", key, "-out", csr, "-subj", "/CN=127.0.0.1"],
        ["x509", "-req", "-in", csr, "-CA", ca, "-CAkey", ca_key, "-out", leaf, "-days", "2", "-extfile", extensions, "-CAcreateserial"],
    ):
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
    return ca, leaf, key


def tls_in_front_of(url, certificate, key):
    """A https address whose connections end here and go on in plain to `url`; returns its URL."""
    host, port = url.removeprefix("http://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                end.close()

    def handle(raw):
        try:
            secure = context.wrap_socket(raw, server_side=True)
            plain = socket.create_connection((host, int(port)))
        except OSError:
            raw.close()
            return
        threading.Thread(target=pump, args=(plain, secure), daemon=True).start()
        pump(secure, plain)

    def accept():
        while True:
            raw, _ = listener.accept()
            threading.Thread(target=handle, args=(raw,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"https://127.0.0.1:{listener.getsockname()[1]}"


def closed_port():
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
