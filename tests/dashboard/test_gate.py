"""Who may come: this machine, or who has the token; and no other web page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dashboard.gate import COOKIE, Address, Gate
from dashboard.server import installed
from kernel.errors import BadInput

TOKEN = "abcdefgh12345678"
PEM = Path(__file__)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"host": "0.0.0.0"}, "expected a --token"),
        ({"host": "0.0.0.0", "token": TOKEN}, "--tls-cert and --tls-key"),
        ({"host": "::", "token": TOKEN}, "--tls-cert and --tls-key"),
        ({"host": "plant.example", "token": TOKEN}, "--tls-cert and --tls-key"),
        ({"token": "short"}, "at least 16"),
        ({"token": "a;b c\r\n" * 4}, "letters and digits"),
        ({"behind_proxy": True}, "--behind-proxy: expected a --token"),
        ({"certificate": PEM}, "together with --tls-key"),
        ({"certificate": PEM, "key": Path("/nowhere.pem")}, "expected a file"),
        ({"port": 0}, "1 to 65535"),
        ({"port": 70000}, "1 to 65535"),
    ],
)
def test_unsafe_addresses_are_refused(address: dict[str, Any], words: str) -> None:
    """Another address than this machine's needs a token and TLS."""
    with pytest.raises(BadInput, match=words):
        Address(**address).refuse_unsafe()


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "127.0.0.2", "token": TOKEN},
        {"host": "0.0.0.0", "token": TOKEN, "behind_proxy": True},
        {"host": "0.0.0.0", "token": TOKEN, "certificate": PEM, "key": PEM},
    ],
)
def test_safe_addresses_are_not(address: dict[str, Any]) -> None:
    """An address of this machine alone, or token and TLS."""
    Address(**address).refuse_unsafe()


def visit(
    address: Address,
    host: str = "127.0.0.1:8765",
    query: str = "",
    kind: str = "http",
    **headers: str,
) -> list[dict[str, Any]]:
    """Return what is sent to a visitor; what lies behind the gate says 200."""
    sent: list[dict[str, Any]] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "path": "/",
        "query_string": query.encode(),
        "headers": [
            (b"host", host.encode()),
            *((k.encode(), v.encode()) for k, v in headers.items()),
        ],
    }
    asyncio.run(Gate(behind, address)(scope, receive, send))
    return sent


def status(sent: list[dict[str, Any]]) -> int:
    """Return the status of an answer, or the code a connection was closed with."""
    return sent[0].get("status") or sent[0]["code"]


def test_visitors_of_this_machine_may_come() -> None:
    """Without a token everybody here may."""
    assert status(visit(Address())) == 200
    assert status(visit(Address(), host="localhost:8765")) == 200
    assert status(visit(Address(host="::1"), host="[::1]:8765")) == 200


def test_other_pages_may_not() -> None:
    """A name that leads here from elsewhere, or another page's script, is refused."""
    assert status(visit(Address(), host="evil.example:8765")) == 403
    assert status(visit(Address(), origin="http://evil.example")) == 403
    assert (
        status(visit(Address(), kind="websocket", origin="http://evil.example")) == 4403
    )
    assert (
        status(visit(Address(), kind="websocket", origin="http://127.0.0.1:8765"))
        == 200
    )


def test_the_token_opens_once_and_is_kept() -> None:
    """A token in the address becomes a cookie, and with that one may come."""
    address = Address(token=TOKEN)
    assert status(visit(address)) == 401
    assert status(visit(address, query="token=wrong-wrong-wrong")) == 401
    welcome = visit(address, query=f"token={TOKEN}")
    assert status(welcome) == 303
    headers = dict(welcome[0]["headers"])
    assert headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert status(visit(address, cookie=f"a=b; {COOKIE}={TOKEN}")) == 200
    assert status(visit(address, cookie=f"{COOKIE}=nothing")) == 401


def test_sockets_need_the_token_too() -> None:
    """A connection without the cookie is closed, whatever its address says."""
    address = Address(token=TOKEN)
    assert status(visit(address, kind="websocket", query=f"token={TOKEN}")) == 4401
    assert status(visit(address, kind="websocket", cookie=f"{COOKIE}={TOKEN}")) == 200


def test_abroad_the_cookie_is_secure() -> None:
    """Where TLS is, the cookie never travels without."""
    address = Address(host="0.0.0.0", token=TOKEN, behind_proxy=True)
    welcome = visit(address, host="plant.example", query=f"token={TOKEN}")
    assert b"; Secure" in dict(welcome[0]["headers"])[b"set-cookie"]


def test_other_peoples_cookies_do_no_harm() -> None:
    """Cookies of other ports of this machine come along, whatever they look like."""
    address = Address(token=TOKEN)
    for odd in ("a,b=1", 'prefs={"a": 1}', "=", ";;", "x"):
        assert status(visit(address, cookie=f"{odd}; {COOKIE}={TOKEN}")) == 200
        assert status(visit(Address(), cookie=odd)) == 200


def test_a_proxy_on_this_machine_may_have_any_name() -> None:
    """What it passes on is let in with the token, by whatever name it was asked."""
    address = Address(token=TOKEN, behind_proxy=True)
    cookie = f"{COOKIE}={TOKEN}"
    host, origin = "plant.example", "https://plant.example"
    assert status(visit(address, host=host)) == 401
    assert status(visit(address, host=host, cookie=cookie, origin=origin)) == 200
    other = "https://evil.example"
    assert status(visit(address, host=host, cookie=cookie, origin=other)) == 403
    welcome = visit(address, host=host, query=f"token={TOKEN}")
    assert b"; Secure" in dict(welcome[0]["headers"])[b"set-cookie"]


def test_only_files_that_are_there_are_served(tmp_path: Path) -> None:
    """Neither folders nor what lies outside, and nothing is deleted or fetched."""
    (tmp_path / "cdn" / "lib").mkdir(parents=True)
    (tmp_path / "cdn" / "lib" / "a.js").write_text("1")
    (tmp_path / "secret").write_text("2")
    base = tmp_path / "cdn"
    assert installed(base, "lib/a.js") == base / "lib" / "a.js"
    for path in ("lib", "lib/", "lib/b.js", "../secret", "/etc/passwd", ""):
        with pytest.raises(FileNotFoundError):
            installed(base, path)
    assert (base / "lib" / "a.js").is_file()


def test_garbage_does_not_break_the_gate() -> None:
    """Odd cookies and queries are no token, and no error."""
    address = Address(token=TOKEN)
    assert status(visit(address, query="token=%ff%fe&&==")) == 401
    assert status(visit(address, cookie="\u00e9=;;;\u00ff")) == 401
