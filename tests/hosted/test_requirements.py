"""Both installers of Community Cloud take PyTorch's CPU wheels, and everything else from the main index.

They are asked against a small package index on loopback, which has the hazard of the real ones: PyTorch's also holds
old copies of common packages. Its wheels hold nothing but their names, versions and requirements.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTORCH = "https://download.pytorch.org/whl/cpu"
OURS = [
    Requirement(line)
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    if line and line[0] not in "#-"
]
NEEDED = {canonicalize_name(one.name): next(s.version for s in one.specifier if s.operator == ">=") for one in OURS}
"""Each of the app's requirements -> the lowest version that it admits."""

WITH_CUDA = {"torch": ["nvidia-cublas"], "torchvision": [f"torch=={NEEDED['torch']}"]}
MAIN_INDEX = {
    **{(name, version): WITH_CUDA.get(name, []) for name, version in NEEDED.items()},
    ("streamlit", NEEDED["streamlit"]): ["requests>=2.27"],
    ("requests", "2.32"): [],
    ("nvidia-cublas", "13.0"): [],
}
"""(name, version) -> requirements, as PyPI has them."""

OLD_COPIES = {(name, "0.1"): [] for name in (*NEEDED, "requests") if name not in WITH_CUDA}
PYTORCH_INDEX = {
    **OLD_COPIES,
    ("torch", f"{NEEDED['torch']}+cpu"): [],
    ("torchvision", f"{NEEDED['torchvision']}+cpu"): [f"torch=={NEEDED['torch']}"],
}

RIGHT = NEEDED | {name: f"{NEEDED[name]}+cpu" for name in WITH_CUDA} | {"requests": "2.32"}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def write_index(folder: Path, packages: dict[tuple[str, str], list[str]]) -> None:
    """A page for each package with links to its wheels, as http.server shows a folder."""
    for (name, version), requirements in packages.items():
        place, stem = folder / name, f"{name.replace('-', '_')}-{version}"
        place.mkdir(parents=True, exist_ok=True)
        needs = "".join(f"Requires-Dist: {one}\n" for one in requirements)
        with ZipFile(place / f"{stem}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(
                f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
            )
            wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{stem}.dist-info/RECORD", "")


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the main index at /simple and PyTorch's at /cpu."""
    folder = tmp_path_factory.mktemp("indexes")
    write_index(folder / "simple", MAIN_INDEX)
    write_index(folder / "cpu", PYTORCH_INDEX)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path, indexes: str) -> Path:
    """A checkout's requirements, with PyTorch's index on loopback."""
    for name in ("requirements.txt", "hosted/requirements.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((ROOT / name).read_text("utf-8").replace(PYTORCH, f"{indexes}/cpu"), "utf-8")
    return tmp_path


def ask(command: list[str], checkout: Path) -> subprocess.CompletedProcess[str]:
    """Run an installer without this machine's own configuration of it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    isolated = clean | {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}
    return subprocess.run(command, cwd=checkout, env=isolated, capture_output=True, text=True)


def by_uv(checkout: Path, index: str, file: str) -> dict[str, str] | None:
    """What uv would install; None where it finds no answer."""
    command = [shutil.which("uv") or "uv", "pip", "compile", "--quiet", "--no-cache", "--no-annotate", "--no-header"]
    asked = ask([*command, "--python", sys.executable, "--default-index", index, file], checkout)
    return (
        dict(line.split("==") for line in asked.stdout.splitlines() if "==" in line) if not asked.returncode else None
    )


def by_pip(checkout: Path, index: str, file: str) -> dict[str, str] | None:
    """What pip would install; None where it finds no answer."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    asked = ask(
        [*command, "--dry-run", "--ignore-installed", "--report", "-", "--index-url", index, "-r", file], checkout
    )
    if asked.returncode:
        return None
    found = [package["metadata"] for package in json.loads(asked.stdout)["install"]]
    return {canonicalize_name(package["name"]): package["version"] for package in found}


Installer = Callable[[Path, str, str], dict[str, str] | None]
both_installers = pytest.mark.parametrize("installer", [by_uv, by_pip])


@both_installers
def test_torch_is_the_cpu_build_and_nothing_else_comes_from_its_index(
    installer: Installer, checkout: Path, indexes: str
) -> None:
    assert installer(checkout, f"{indexes}/simple", "hosted/requirements.txt") == RIGHT


@both_installers
def test_the_app_s_own_requirements_take_what_the_main_index_has(
    installer: Installer, checkout: Path, indexes: str
) -> None:
    found = installer(checkout, f"{indexes}/simple", "requirements.txt")
    assert found is not None and found["torch"] == NEEDED["torch"] and "nvidia-cublas" in found


def test_the_indexes_on_loopback_have_the_hazard(checkout: Path, indexes: str) -> None:
    """With PyTorch's whole index beside the main one, uv sees nothing but the old copies."""
    (checkout / "whole.txt").write_text(f"--extra-index-url {indexes}/cpu\n-r requirements.txt\n", "utf-8")
    assert by_uv(checkout, f"{indexes}/simple", "whole.txt") is None
    (checkout / "transitive.txt").write_text(f"--extra-index-url {indexes}/cpu\nrequests\n", "utf-8")
    assert by_uv(checkout, f"{indexes}/simple", "transitive.txt") == {"requests": "0.1"}
