"""A reverse proxy in front of a server, as a school's host has one: nginx, with a few ways of handling streams."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tests.serving import answers, free_port
from tests.waiting import wait_until

Streams = Literal["as the app asks", "held back", "refused"]

LOCATION: dict[Streams, str] = {
    "as the app asks": "proxy_pass http://app;",
    "held back": "proxy_pass http://app; proxy_ignore_headers X-Accel-Buffering; "
    "gzip on; gzip_types text/event-stream; gzip_proxied any;",
    "refused": "return 404;",
}
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream app {{ server 127.0.0.1:{app}; }}
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Host $host:$server_port;
        location / {{
            proxy_pass http://app;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
        }}
        location /following/ {{ {following} }}
    }}
}}
"""


def installed_nginx() -> str | None:
    """The path of this machine's nginx; None where there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def proxy_to(address: str, folder: Path, streams: Streams) -> Iterator[str]:
    """nginx in front of a server; yields its address, and ends it afterwards.

    Args:
        folder: For its files.
        streams: What it does with the streams of runs.
    """
    port, program = free_port(), installed_nginx()
    assert program
    file = folder / "nginx.conf"
    settings = {"folder": folder, "app": urlsplit(address).port, "port": port, "following": LOCATION[streams]}
    file.write_text(CONFIGURATION.format(**settings))
    process = subprocess.Popen([program, "-c", file, "-p", folder])
    try:
        wait_until(lambda: process.poll() is None and answers(f"http://127.0.0.1:{port}"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
