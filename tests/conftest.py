"""No test uses the network: whatever Python code tries to leave this machine fails, and so does the test that tried."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

pytest_plugins = ["chromium"]

_CONNECT = frozenset(["socket.connect", "socket.sendto", "socket.sendmsg"])
_LOOK_UP = frozenset(["socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"])
#: Names that no server can have (RFC 2606): they fail as if they had been asked for.
_RESERVED = (".test", ".example", ".invalid", "example.com", "example.net", "example.org")
attempts: list[str] = []


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if event in _CONNECT:
        sock, address = args[0], args[1]
        if sock.family in (socket.AF_INET, socket.AF_INET6) and address and not _on_this_machine(str(address[0])):
            if sock.type != socket.SOCK_DGRAM:  # connecting one sends nothing: a way to learn one's own address
                attempts.append(f"{event} {address}")
            raise OSError(errno.ENETUNREACH, "tests have no network")
    elif event in _LOOK_UP:
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0] or "")
        if not _is_number(host) and host not in ("", "localhost", socket.gethostname()):
            if not host.endswith(_RESERVED):
                attempts.append(f"{event} {host}")
            raise socket.gaierror(socket.EAI_NONAME, "tests ask no name server")


def _is_number(host: str) -> bool:
    """Whether a host is an address by number, in any of the forms that the system reads."""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


def _on_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Fail the test that tried to leave this machine, though the code under test may have caught the error."""
    attempts.clear()
    yield
    assert not attempts, f"the network was used: {attempts}"
