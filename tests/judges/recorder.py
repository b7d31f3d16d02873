"""A proxy between a judge and the fake that keeps every JSON answer."""
import gzip
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "transfer-encoding", "host"}


class Recorder:
    """Listens on `url`; `seen` holds (method, path, status, JSON)."""

    def __init__(self, upstream):
        self.seen = []
        handler = type("Handler", (Relay,), {"upstream": urlsplit(upstream), "seen": self.seen})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: nobody waits for an acknowledgement

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection(self.upstream.hostname, self.upstream.port, timeout=20)
        upstream.putrequest(self.command, self.path, skip_accept_encoding=True)
        for name, value in self.headers.items():
            # What Python can not unpack is not offered.
            value = value.replace(", zstd", "").replace("br, ", "") if name.lower() == "accept-encoding" else value
            if name.lower() not in HOP:
                upstream.putheader(name, value)
        upstream.endheaders(body or None)
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        plain = gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data
        self.seen.append((self.command, self.path, answer.status, json.loads(plain)))
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = relay

    def log_message(self, *_):
        pass
