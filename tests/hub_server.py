"""A loopback server that speaks the Hugging Face hub's protocol, with faults that can be switched on.

It answers what huggingface_hub asks when a file is fetched at a pinned revision: HEAD and GET of
``/{repository}/resolve/{revision}/{file}`` (``/datasets/...`` for data), where large files lead on to
another address, as the hub's lead to its storage. Plain files serve for torchvision's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

Fault = Literal["404", "429", "hang", "cut", "drop", "trickle", "steady", "login page"]
PIECES = {"trickle": 1, "steady": 16 * 1024}
"""Bytes that come every 20 ms."""
LARGE = (".safetensors", ".model", ".parquet")
RESOLVE = re.compile(r"^/(?:datasets/)?[^/]+/[^/]+/resolve/(?P<revision>[^/]+)/")


class HubServer:
    """``with HubServer() as server:`` listens on a free port; ``server.url`` is what HF_ENDPOINT must be.

    Attributes:
        faults: File name -> what goes wrong with it. "404": it is not there. "429": asked too often, once, with the
            header ``retry_after``. "hang": no answer ever comes. "cut": half of it, then the connection ends;
            "drop": the same, once. "trickle", "steady": it comes slowly, by PIECES. "login page": HTML without the
            hub's headers.
        replaced: File name -> other content that is sent under the published file's checksum.
        requests: "METHOD path" of everything that was asked.
        ranges: Of the requests among them that asked for a part of a file.
        hung_up: Somebody closed the connection while a file came slowly.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        """Args: certificate: A PEM file with a key; with it the server speaks TLS."""
        self.files: dict[str, bytes] = {}
        self.storage: dict[str, str] = {}
        self.faults: dict[str, Fault] = {}
        self.replaced: dict[str, bytes] = {}
        self.retry_after = "1"
        self.requests: list[str] = []
        self.ranges: list[str] = []
        self.stopped = threading.Event()
        self.hung_up = threading.Event()
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_port}"

    def publish(self, repository: str, revision: str, files: dict[str, bytes], repo_type: str = "model") -> None:
        """Put files into a repository; what was there under the same name is gone."""
        prefix = "datasets/" if repo_type == "dataset" else ""
        for name, content in files.items():
            path = f"/{prefix}{repository}/resolve/{revision}/{name}"
            self.files[path] = content
            self.storage[f"/storage/{hashlib.sha256(content).hexdigest()}"] = path

    def __enter__(self) -> HubServer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No more answers: connections are refused from now on."""
        if not self.stopped.is_set():
            self.stopped.set()
            self.server.shutdown()
            self.server.server_close()


def python(code: str, *arguments: str, server: HubServer, home: Path, **more: str) -> Any:
    """What a fresh process prints as JSON in its last line, with this server as the hub.

    The hub's library reads its settings when it is imported, hence a process.

    Args:
        home: Everything the process keeps goes in there.
        more: More environment variables.
    """
    settings = ("HF_", "HUGGING", "TRANSFORMERS_", "KDPS_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
    environment |= {"HF_ENDPOINT": server.url, "HF_HOME": str(home / "hf"), "TORCH_HOME": str(home / "torch")}
    environment |= {"KDPS_DATA_DIR": str(home / "data"), "NO_PROXY": "127.0.0.1,localhost"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment | more, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: HubServer

    def log_message(self, format: str, *args: object) -> None:  # http.server's name for its argument
        """Keep the tests' output clean; requests are in ``HubServer.requests``."""

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.hub.requests.append(f"{self.command} {self.path}")
        path = self.hub.storage.get(self.path, self.path)
        name = path.rsplit("/", 1)[-1]
        fault = self.hub.faults.get(name)
        if fault == "hang":
            self.hub.stopped.wait(60)
            self.close_connection = True
        elif fault == "429":
            del self.hub.faults[name]
            self.send(429, {"Retry-After": self.hub.retry_after}, b"")
        elif fault == "login page":
            self.send(200, {}, b"<html>Please log in to the network.</html>")
        elif fault == "404" or path not in self.hub.files:
            self.send(404, {"X-Error-Code": "RepoNotFound"}, b"")
        else:
            self.send_file(path, name, fault)

    def send_file(self, path: str, name: str, fault: Fault | None) -> None:
        published = self.hub.files[path]
        body = self.hub.replaced.get(name, published)
        resolve = RESOLVE.match(path)
        headers = {"X-Repo-Commit": resolve["revision"]} if resolve else {}
        if resolve and self.path == path and name.endswith(LARGE):
            digest = hashlib.sha256(published).hexdigest()
            headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(body))}
            # as the hub does; nothing is found at the end of this way
            headers |= {"X-Xet-Hash": digest, "Link": f'<{self.hub.url}/xet-token>; rel="xet-auth"'}
            storage = self.hub.url.replace("127.0.0.1", "localhost")  # another host, as the hub's storage is
            self.send(302, {**headers, "Location": f"{storage}/storage/{digest}"}, b"")
            return
        blob = b"blob %d\0" % len(published) + published  # git's name of a small file
        headers["ETag"] = f'"{hashlib.sha1(blob).hexdigest()}"'
        if "Range" in self.headers:
            self.hub.ranges.append(self.headers["Range"])
        start = int(re.sub(r"\D", "", self.headers.get("Range", "bytes=0-")))
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        if fault == "drop" and self.command == "GET":
            del self.hub.faults[name]
        stop_at = len(body) // 2 if fault in ("cut", "drop") else None
        self.send(206 if start else 200, headers, body[start:], stop_at, PIECES.get(fault or ""))

    def send(
        self, status: int, headers: dict[str, str], body: bytes, stop_at: int | None = None, piece: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            body = body if stop_at is None else body[:stop_at]
            self.close_connection = stop_at is not None
            if piece is None:
                self.wfile.write(body)
            else:
                self.send_slowly(body, piece)

    def send_slowly(self, body: bytes, piece: int) -> None:
        """Until somebody hangs up."""
        try:
            for start in range(0, len(body), piece):
                self.wfile.write(body[start : start + piece])
                if self.hub.stopped.wait(0.02):
                    break
        except OSError:
            self.hub.hung_up.set()
        self.close_connection = True
