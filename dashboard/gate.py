"""Who may come to the control room: this machine alone, or who has the token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from kernel.errors import BadInput

COOKIE = "holofab-token"
SHORTEST = 16  # characters of a token
_LOCAL = {"localhost", "127.0.0.1", "::1"}

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen, and who may come.

    Another host than this machine needs a token, and TLS: a certificate, or a proxy
    that terminates it (``behind_proxy``).
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @property
    def local(self) -> bool:
        """Whether only this machine can come."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Where the page is."""
        scheme = "https" if self.certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        token = f"/?token={self.token}" if self.token else "/"
        return f"{scheme}://{host}:{self.port}{token}"

    def refuse_unsafe(self) -> None:
        """Make sure that nobody can come who should not.

        Raises
        ------
        BadInput
            If a token or TLS is missing, or a file cannot be read.
        """
        if not 1 <= self.port <= 65535:
            raise BadInput("--port", "", f"{self.port}, expected 1 to 65535")
        if self.token is not None and len(self.token) < SHORTEST:
            problem = f"{len(self.token)} characters, expected at least {SHORTEST}"
            raise BadInput("--token", "", problem)
        if self.token is not None and not self.token.isalnum():
            raise BadInput("--token", "", "expected letters and digits only")
        if (self.certificate is None) != (self.key is None):
            raise BadInput("--tls-cert", "", "expected together with --tls-key")
        for flag, path in (("--tls-cert", self.certificate), ("--tls-key", self.key)):
            if path is not None and not path.is_file():
                raise BadInput(flag, "", f"{path}, expected a file")
        if self.behind_proxy and self.token is None:
            raise BadInput("--behind-proxy", "", "expected a --token with it")
        if self.local:
            return
        if self.token is None:
            raise BadInput("--host", "", f"{self.host}, expected a --token with it")
        if self.certificate is None and not self.behind_proxy:
            problem = "expected --tls-cert and --tls-key, or --behind-proxy, with it"
            raise BadInput("--host", "", f"{self.host}, {problem}")


class Gate:
    """Lets in who is on this machine, or has the token; an ASGI middleware.

    Requests of other web pages are refused by their ``Host`` and ``Origin``: a browser
    on this machine must not become a way in (DNS rebinding, cross-site WebSockets).
    """

    def __init__(self, app: Any, address: Address) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        if not self._from_here(headers):
            await _refuse(scope, receive, send, 403, "not from this page")
            return
        given, asked = self._tokens(scope, headers)
        token = self._address.token
        if token is None or _equal(given, token):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and _equal(asked, token):
            await self._welcome(scope, send, token)
        else:
            await _refuse(scope, receive, send, 401, "a token is needed: /?token=...")

    def _from_here(self, headers: dict[str, str]) -> bool:
        host = headers.get("host", "")
        known = _LOCAL | {self._address.host}
        alone = self._address.local and not self._address.behind_proxy
        if alone and _name(host) not in known:
            return False
        origin = headers.get("origin")
        return origin is None or origin.partition("://")[2] == host

    @staticmethod
    def _tokens(scope: Scope, headers: dict[str, str]) -> tuple[str, str]:
        """Return the token of the cookie, and that of the address."""
        # Not by http.cookies, which stumbles over the cookies of other people's pages.
        pairs = [c.partition("=") for c in headers.get("cookie", "").split(";")]
        cookies = {name.strip(): value.strip() for name, _, value in pairs}
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        return cookies.get(COOKIE, ""), asked.get("token", [""])[0]

    async def _welcome(self, scope: Scope, send: Send, token: str) -> None:
        """Keep the token in a cookie, and take it out of the address."""
        plain = self._address.local and not (
            self._address.certificate or self._address.behind_proxy
        )
        secure = "" if plain else "; Secure"
        cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/{secure}"
        headers = [
            (b"location", b"/"),
            (b"set-cookie", cookie.encode("latin-1")),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _name(host: str) -> str:
    """Return the name in a ``Host`` header, without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _equal(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, why: str
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4000 + status})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"Holofab: {why}\n".encode()})
