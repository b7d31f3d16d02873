"""The hand for `requests`: the core's rules, carried into a `requests.Session`."""

from __future__ import annotations

import copy
import ssl
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote

from ._errors import InvalidArgument, MissingExtra, WrongOrigin
from ._tls import context

try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.auth import AuthBase
    from requests.cookies import RequestsCookieJar
    from requests.utils import rewind_body
except ImportError as missing:
    raise MissingExtra(
        "The package requests is not installed.", hint='Run: pip install "mmcred[requests]"'
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Generator

    from requests import PreparedRequest, Request, Response

    from ._native import Hand

UNAUTHORIZED = 401


class Session(requests.Session):
    """A `requests.Session` that is bound to one entry's server and holds no token.

    It stores and sends no cookie, reads neither `~/.netrc` nor the proxy variables (TLS roots and proxy are those of
    the credential), and refuses `auth=` and an `Authorization` header of its caller's: it sets its own.
    """

    def __init__(self, hand: Hand, *, timeout: float = 10.0) -> None:
        super().__init__()
        self.hand = hand
        #: Seconds to wait for a connection, and between two parts of a reply, where a request names no timeout.
        self.timeout = timeout
        self.trust_env = False
        self.cookies = _no_cookies()
        self.proxies = _proxies(hand)
        self.mount("http://", HTTPAdapter())
        self.mount("https://", _Adapter(context(hand)))

    def prepare_request(self, request: Request) -> PreparedRequest:
        """The request, its target made absolute. It holds no token yet: `send` adds it."""
        if request.auth or self.auth:
            raise InvalidArgument("auth is the session's own and can not be given.")
        request = copy.copy(request)
        url = request.url
        request.url = self.hand.prepare(url.decode() if isinstance(url, bytes) else str(url)).url
        prepared = super().prepare_request(request)
        if "Authorization" in prepared.headers:
            raise InvalidArgument("The header Authorization is the session's own and can not be given.")
        return prepared

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Sends a request, or one hop of a redirect, with the token of this moment, if it stays with the server."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        clean = request.copy()
        for header in ("Authorization", "Cookie", "Host"):
            clean.headers.pop(header, None)
        response, version = self._send(clean, kwargs)
        refused = response.status_code == UNAUTHORIZED and not response.history
        if refused and self.hand.after_401(version) and _rewind(clean):
            response.close()
            response, _ = self._send(clean, kwargs)
        for past in (*response.history, response):
            past.request.headers.pop("Authorization", None)
        return response

    def _send(self, clean: PreparedRequest, kwargs: dict[str, Any]) -> tuple[Response, int]:
        ready = self.hand.prepare(clean.url or "")
        clean.url = ready.url
        wire = clean.copy()
        wire.headers["Authorization"] = ready.authorization
        return super().send(wire, **kwargs), ready.version

    def get_redirect_target(self, resp: Response) -> Optional[str]:
        """Where a redirect leads, if it stays with the server."""
        location = super().get_redirect_target(resp)
        return location and self.hand.follow(resp.url, location)

    def resolve_redirects(
        self, resp: Response, req: PreparedRequest, *args: Any, **kwargs: Any
    ) -> Generator[Response, None, None]:
        """Follows redirects within the server. A caller who follows none may look at any."""
        hops = super().resolve_redirects(resp, req, *args, **kwargs)
        if not kwargs.get("yield_requests"):
            yield from hops
            return
        try:
            for hop in hops:
                hop.headers.pop("Authorization", None)
                yield hop
        except WrongOrigin:
            return

    def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None:
        """Nothing: `send` sets the header of each hop."""

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("A session can be neither pickled nor copied: make it anew by its entry's name.")


class Authenticator(AuthBase):
    """The same for a library that makes its own requests and lets its caller choose their `auth`."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        ready = self.hand.prepare(request.url or "")
        request.url = ready.url
        request.headers["Authorization"] = ready.authorization

        def after(response: Response, *_: Any, **options: Any) -> Response:
            return self._after(response, ready.version, options)

        request.register_hook("response", after)  # type: ignore[no-untyped-call]
        return request

    def _after(self, response: Response, version: int, options: dict[str, Any]) -> Response:
        if response.status_code != UNAUTHORIZED:
            return response
        if not (self.hand.after_401(version) and _rewind(response.request)):
            return response
        response.content  # noqa: B018  reads the reply, so that its connection can be used again
        response.close()
        again = response.request.copy()
        again.headers["Authorization"] = self.hand.prepare(again.url or "").authorization
        fresh: Response = response.connection.send(again, **options)
        fresh.history.append(response)
        return fresh


class _Adapter(HTTPAdapter):
    """Trusts whom the credential trusts, and nobody else."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._tls, **kwargs)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        # requests would add the authorities of certifi to ours.
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        theirs = ("ca_certs", "ca_cert_dir", "cert_reqs")
        ours = {name: value for name, value in pool.items() if name not in theirs}
        return host, {**ours, "ssl_context": self._tls, "cert_reqs": self._tls.verify_mode}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        conn.ca_certs = conn.ca_cert_dir = None
        conn.cert_reqs = self._tls.verify_mode


def _no_cookies() -> RequestsCookieJar:
    """A jar that takes nothing: the server reads a session cookie before the Authorization header."""
    from http.cookiejar import DefaultCookiePolicy

    return RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


def _proxies(hand: Hand) -> dict[str, str]:
    proxy = hand.proxy()
    if proxy is None:
        return {}
    url, credentials = proxy
    if credentials:
        scheme, rest = url.split("://", 1)
        user, password = (quote(part, safe="") for part in credentials)
        url = f"{scheme}://{user}:{password}@{rest}"
    return {"http": url, "https": url}


def _rewind(request: PreparedRequest) -> bool:
    """Whether the body can be sent again; then it stands at its beginning."""
    body = request.body
    if body is None or isinstance(body, (bytes, str)):
        return True
    try:
        rewind_body(request)
    except requests.exceptions.UnrewindableBodyError:
        return False
    return True
