"""The hands for `httpx`: the core's rules, carried into its clients."""

from __future__ import annotations

from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Optional

from ._errors import InvalidArgument, MissingExtra
from ._tls import context

try:
    import httpx
except ImportError as missing:
    raise MissingExtra(
        "The package httpx is not installed.", hint='Run: pip install "mmcred[httpx]"'
    ) from missing

if TYPE_CHECKING:
    from ._native import Hand

UNAUTHORIZED = 401
OURS = ("auth", "base_url", "cert", "cookies", "mounts", "proxy", "transport", "trust_env", "verify")


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Adds the token of the moment to each request and each hop of a redirect, if it stays with the server.

    The token is added to a copy, so no request that a caller sees holds it. With `by_path` the target's path alone
    counts: for a client that cannot address a server below a subpath.
    """

    def __init__(self, hand: Hand, *, by_path: bool = False) -> None:
        self.hand = hand
        self._by_path = by_path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        wire, version = self._ready(request)
        response = self._sync.handle_request(wire)
        if self._again(request, response, version):
            response.close()
            response = self._sync.handle_request(self._ready(request)[0])
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        wire, version = self._ready(request)
        response = await self._async.handle_async_request(wire)
        if self._again(request, response, version):
            await response.aclose()
            response = await self._async.handle_async_request(self._ready(request)[0])
        return response

    def close(self) -> None:
        if "_sync" in self.__dict__:
            self._sync.close()

    async def aclose(self) -> None:
        if "_async" in self.__dict__:
            await self._async.aclose()

    def _ready(self, request: httpx.Request) -> tuple[httpx.Request, int]:
        target = request.url.raw_path.decode() if self._by_path else str(request.url)
        ready = self.hand.prepare(target)
        headers = request.headers.copy()
        for header in ("Cookie", "Host"):
            headers.pop(header, None)
        headers["Authorization"] = ready.authorization
        wire = httpx.Request(
            request.method, ready.url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        return wire, ready.version

    def _again(self, request: httpx.Request, response: httpx.Response, version: int) -> bool:
        if response.status_code != UNAUTHORIZED or not isinstance(request.stream, httpx.ByteStream):
            return False
        return self.hand.after_401(version)

    @cached_property
    def _sync(self) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=context(self.hand), proxy=self._proxy(), trust_env=False)

    @cached_property
    def _async(self) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=context(self.hand), proxy=self._proxy(), trust_env=False)

    def _proxy(self) -> Optional[httpx.Proxy]:
        proxy = self.hand.proxy()
        return proxy and httpx.Proxy(proxy[0], auth=proxy[1])


class Client(httpx.Client):
    """An `httpx.Client` that is bound to one entry's server and holds no token.

    It stores and sends no cookie, reads neither `~/.netrc` nor the proxy variables (TLS roots and proxy are those of
    the credential), and refuses `auth=` and an `Authorization` header of its caller's: it sets its own.
    """

    def __init__(self, hand: Hand, *, timeout: float = 10.0, **options: Any) -> None:
        super().__init__(timeout=timeout, **_settings(hand, options))
        self.hand = hand

    def build_request(self, method: str, url: Any, **parts: Any) -> httpx.Request:
        """The request, its target made absolute. It holds no token: the transport adds it."""
        return _without_auth(super().build_request(method, self.hand.prepare(str(url)).url, **parts))

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Sends a request, if it stays with the server."""
        _refuse_auth(options)
        return super().send(request, **options)


class AsyncClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` by the same rules as `Client`."""

    def __init__(self, hand: Hand, *, timeout: float = 10.0, **options: Any) -> None:
        super().__init__(timeout=timeout, **_settings(hand, options))
        self.hand = hand

    def build_request(self, method: str, url: Any, **parts: Any) -> httpx.Request:
        """The request, its target made absolute. It holds no token: the transport adds it."""
        return _without_auth(super().build_request(method, self.hand.prepare(str(url)).url, **parts))

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Sends a request, if it stays with the server."""
        _refuse_auth(options)
        return await super().send(request, **options)


def _settings(hand: Hand, options: dict[str, Any]) -> dict[str, Any]:
    for option in OURS:
        if option in options:
            raise InvalidArgument(f"{option} is the client's own and can not be given.")
    # A jar that takes nothing: the server reads a session cookie before the Authorization header.
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return {**options, "transport": Transport(hand), "trust_env": False, "cookies": jar}


def _without_auth(request: httpx.Request) -> httpx.Request:
    if "Authorization" in request.headers:
        raise InvalidArgument("The header Authorization is the client's own and can not be given.")
    return request


def _refuse_auth(options: dict[str, Any]) -> None:
    if options.get("auth", httpx.USE_CLIENT_DEFAULT) not in (None, httpx.USE_CLIENT_DEFAULT):
        raise InvalidArgument("auth is the client's own and can not be given.")
