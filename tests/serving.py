"""The real app as a user starts it, and the browser that is installed here: for browser tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import psutil
from playwright.sync_api import Browser, sync_playwright

from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    address: str
    pid: int


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(address: str) -> bool:
    """Whether a server is there and well."""
    try:
        return bool(urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def served(
    data_directory: Path,
    *options: str,
    root: Path = ROOT,
    main: str = "streamlit_app.py",
    inside: Callable[[list[str]], list[str]] = list,
    **environment: str,
) -> Iterator[Served]:
    """The app on a port of its own, with a data directory of its own; ended afterwards.

    Whatever was done with it, nothing heavy may have got into its process.

    Args:
        options: For ``streamlit run``, beside those that it always gets.
        root: The checkout that is served.
        main: Its main file.
        inside: From the server's command to one that starts it somewhere, as in a control group.
        environment: Variables beside those that are set already.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", main, "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", *options]
    everything = {**os.environ, "KDPS_DATA_DIR": str(data_directory), **environment}
    process = subprocess.Popen(inside(command), cwd=root, env=everything)
    address = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        assert process.poll() is None, "the server ended"
        return answers(address)

    try:
        wait_until(is_up, seconds=60)
        yield Served(address, process.pid)
        heavy = heavy_libraries(process)
        assert not heavy, heavy
    finally:
        process.terminate()
        process.wait(timeout=30)


def heavy_libraries(process: subprocess.Popen[bytes]) -> set[str]:
    """The compiled libraries in a process that no page needs; where this cannot be seen, or the process ended, none."""
    if not psutil.LINUX or process.poll() is not None:
        return set()
    files = {part for mapped in psutil.Process(process.pid).memory_maps() for part in Path(mapped.path).parts}
    return files & {"torch", "pandas", "pyarrow", "scipy", "sklearn"}


def installed_chromium() -> str | None:
    """The path of this machine's Chromium or Chrome; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
