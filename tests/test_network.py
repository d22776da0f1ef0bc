"""The network is used for URLs that were given and for nothing else."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import conftest
import pytest

ROOT = Path(__file__).parent.parent
#: A process that ends at once where any Python code asks for a socket of the network or for a name.
BLOCKED = """
import os, sys
def guard(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"):
        os.write(2, f"NETWORK {event} {args}".encode())
        os._exit(99)
sys.addaudithook(guard)
"""


def blocked(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_guard_of_the_tests_works() -> None:
    with pytest.raises(OSError, match="tests have no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="tests ask no name server"):
        socket.getaddrinfo("factcheck-tests.org", 80)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        pytest.raises(OSError, match="tests have no network"),
    ):
        datagrams.sendto(b"x", ("192.0.2.1", 53))
    assert len(conftest.attempts) == 2  # a datagram is refused, but not held against the test
    conftest.attempts.clear()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname(), timeout=1).close()


def test_the_guard_of_the_process_works() -> None:
    run = blocked("import socket; socket.create_connection(('127.0.0.1', 9))")
    assert run.returncode == 99
    assert run.stderr.startswith("NETWORK socket.")


def test_no_module_uses_the_network_when_imported() -> None:
    names = sorted(p.stem for p in (ROOT / "factcheck").glob("*.py")) + [
        f"reports.{p.stem}" for p in (ROOT / "factcheck" / "reports").glob("*.py")
    ]
    code = "import importlib\n" + "\n".join(
        f"importlib.import_module('factcheck.{name}')" for name in names if not name.endswith(("__init__", "__main__"))
    )
    run = blocked(code)
    assert run.returncode == 0, run.stderr


def test_commands_work_without_a_network() -> None:
    commands = {
        ("scan", "data/demo/clinic.html"): 1,
        ("scan", "data/demo/clinic.html", "--format", "json"): 1,
        ("check", "Ketamine is non-addictive."): 1,
        ("reference", "list"): 0,
        ("model", "verify"): 0,
    }
    run = blocked(
        "from factcheck.cli import app\n"
        f"for command in {list(commands)!r}:\n"
        "    try: app(command)\n"
        "    except SystemExit as end: print('EXIT', int(end.code or 0))\n"
    )
    assert run.returncode == 0, run.stderr
    assert [int(line.split()[1]) for line in run.stdout.splitlines() if line.startswith("EXIT")] == [*commands.values()]


def test_a_url_is_what_uses_the_network() -> None:
    run = blocked("sys.argv = ['factcheck', 'scan', 'http://example.org/']\nfrom factcheck.cli import main\nmain()")
    assert run.returncode == 99
