"""How soon pages and runs answer, and how much memory the web process takes.

    python -m benchmarks.startup [--json FILE]

Needs Chromium. Uses a data directory of its own, so that nothing is cached except its own results.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import psutil

from simulator import make_config
from simulator.events import LossPoint
from simulator.host.machine import MB
from simulator.runs import archive, service
from simulator.runs.database.store import ENDED
from tests.serving import ROOT, chromium, served

PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py")) if path.stem != "home"]
WARM_SECONDS = 15
POLL_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(KDPS_DATA_DIR=data, KDPS_KEEP_GB="0")  # the second run trains its students, too
        result = {**web_process(), **runs()}
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2), encoding="utf-8")


def web_process() -> dict[str, float]:
    """Seconds from the server's first answer to the first page drawn, and its memory after every page was seen.

    Resident memory counts pages of libraries, which are also on the disk and can be dropped at any time; private
    memory would be free if the process ended.
    """
    with served(Path(os.environ["KDPS_DATA_DIR"])) as here, chromium() as browser:
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(here.address)
        page.get_by_role("heading", level=1).wait_for()
        first_page = time.perf_counter() - started
        for name in PAGES:
            page.goto(f"{here.address}/{name}")
            page.get_by_role("heading", level=1).wait_for()
        memory = psutil.Process(here.pid).memory_full_info()
    return {"first_page_s": first_page, "web_resident_mib": memory.rss / MB, "web_private_mib": memory.uss / MB}


def runs() -> dict[str, float]:
    """A default ResNet-18 run from nothing and with a cached teacher, and how soon its first loss arrives."""
    service.start()
    time.sleep(WARM_SECONDS)  # until a worker waits with torch imported
    config = make_config({"model": "resnet18"})
    from_nothing, _ = carry_out(service.submit(config))
    time.sleep(WARM_SECONDS)
    cached, first_loss = carry_out(service.submit(config))
    service.stop()
    return {"resnet18_from_nothing_s": from_nothing, "resnet18_cached_teacher_s": cached, "first_loss_s": first_loss}


def carry_out(run_id: str) -> tuple[float, float]:
    """Seconds until a run has ended, and until its first loss point could be read."""
    started, first_loss, seen = time.perf_counter(), 0.0, 0
    while archive.run(run_id).state not in ENDED:
        for number, event in archive.events(run_id, seen):
            seen = number
            if isinstance(event, LossPoint) and not first_loss:
                first_loss = time.perf_counter() - started
        time.sleep(POLL_SECONDS)
    if archive.run(run_id).state != "finished":
        raise SystemExit(archive.run(run_id).message)
    return time.perf_counter() - started, first_loss


if __name__ == "__main__":
    main()
