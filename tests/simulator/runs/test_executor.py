"""Real processes are started, killed and cancelled here; only torch is left out, by a stand-in worker."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from simulator.config.run import make_config
from simulator.errors import InvalidConfig, NotAllowed
from simulator.events import LossPoint, RunFailed, StageStarted
from simulator.host.machine import is_alive, process_name
from simulator.host.paths import data_dir
from simulator.runs import service
from simulator.runs.database.schema import runs
from simulator.runs.database.store import ENDED, Store
from simulator.runs.executor import LocalExecutor, Worker, give_way
from tests.simulator.stand_in_worker import ENDLESS, EXITING, EXPORTING, ILL_BRED, QUICK, REFUSING, STUBBORN, WARNED
from tests.waiting import wait_until

STAND_IN = (sys.executable, "-m", "tests.simulator.stand_in_worker")
ROOT = Path(__file__).parents[3]


def add(store: Store, name: str, behaviour: int) -> str:
    store.add(name, make_config({"seed": behaviour}), None)
    return name


def state(store: Store, run_id: str) -> str:
    return store.get(run_id).state


def steps(store: Store, run_id: str) -> list[int]:
    return [e.step for _, e in store.events(run_id) if isinstance(e, LossPoint)]


def pid(store: Store, run_id: str) -> int:
    process = store.get(run_id).process
    assert process is not None
    return int(process.split("@")[0])


def unfinished() -> list[Path]:
    return list(data_dir().rglob("*.part"))  # the cache is in it, too


def workers() -> list[psutil.Process]:
    return psutil.Process().children()


@pytest.fixture
def executor(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalExecutor]:
    monkeypatch.setenv("KDPS_WARM", "0")
    executor = LocalExecutor(store, STAND_IN)
    executor.start()
    yield executor
    executor.stop()


def test_runs_are_carried_out_one_at_a_time_in_the_order_they_came(store: Store, executor: LocalExecutor) -> None:
    names = [add(store, name, QUICK) for name in "cab"]
    assert [store.queue_position(name) for name in names][-1] in (2, 3)
    executor.wake()
    wait_until(lambda: all(state(store, name) == "finished" for name in names), 300)
    runs = [store.get(name) for name in names]
    for before, after in itertools.pairwise(runs):
        assert before.finished_at is not None
        assert after.started_at is not None
        assert before.finished_at <= after.started_at
    assert [e.kind for _, e in store.events("c")] == ["loss", "finished"]


def test_two_run_at_once_where_two_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_WORKERS", "2")
    monkeypatch.setenv("KDPS_WARM", "0")
    for name in "abc":
        add(store, name, ENDLESS)
    executor = LocalExecutor(store, STAND_IN)
    executor.start()
    wait_until(lambda: steps(store, "a") and steps(store, "b"))
    assert (state(store, "a"), state(store, "b"), state(store, "c")) == ("running", "running", "queued")
    assert pid(store, "a") != pid(store, "b")
    executor.stop()
    assert [state(store, name) for name in "abc"] == ["interrupted", "interrupted", "queued"]


def test_a_killed_run_is_marked_failed_and_the_queue_goes_on(store: Store, executor: LocalExecutor) -> None:
    add(store, "victim", ENDLESS)
    add(store, "next", QUICK)
    wait_until(lambda: steps(store, "victim"))
    os.kill(pid(store, "victim"), signal.SIGKILL)
    wait_until(lambda: state(store, "next") == "finished")
    victim = store.get("victim")
    assert victim.state == "failed"
    assert "probably out of memory" in victim.message
    assert "smaller" in victim.advice
    last = store.events("victim")[-1][1]
    assert isinstance(last, RunFailed)
    assert last.message == victim.message


def test_a_crash_is_told_with_its_signal(store: Store, executor: LocalExecutor) -> None:
    add(store, "victim", ENDLESS)
    wait_until(lambda: steps(store, "victim"))
    os.kill(pid(store, "victim"), signal.SIGSEGV)
    wait_until(lambda: state(store, "victim") == "failed")
    assert "SIGSEGV" in store.get("victim").message


@pytest.mark.parametrize(
    ("behaviour", "message", "advice"),
    [
        (EXITING, "exit code 3. Its last words: the last thing I saw", "Run it again"),
        (WARNED, "exit code 3. Its last words: the cause", "Run it again"),
        (ILL_BRED, "ValueError: seven is not six", "report"),
        (REFUSING, "SST-2 cannot be reached.", "Choose reviews."),
    ],
)
def test_a_run_that_breaks_says_why(
    store: Store, executor: LocalExecutor, behaviour: int, message: str, advice: str
) -> None:
    add(store, "broken", behaviour)
    wait_until(lambda: state(store, "broken") == "failed")
    assert message in store.get("broken").message
    assert not any(word in store.get("broken").message for word in ("CUDA", "Warning", "warn"))
    assert advice in store.get("broken").advice
    assert steps(store, "broken") == [1]
    assert store.events("broken")[-1][1].kind == "failed"


def test_a_run_that_became_unreadable_is_cancelled_while_it_is_carried_out(
    store: Store, executor: LocalExecutor
) -> None:
    add(store, "long", ENDLESS)
    wait_until(lambda: steps(store, "long"))
    process = store.get("long").process
    with store.engine.begin() as connection:
        connection.execute(runs.update().values(config='{"temperature": 99}'))
    with pytest.raises(NotAllowed, match="Cancel it first"):
        service.delete("long")
    service.cancel("long")
    wait_until(lambda: store.state_of("long") == "cancelled")
    assert not is_alive(process)
    service.delete("long")
    assert store.unreadable_runs() == []


@pytest.mark.parametrize("behaviour", [ENDLESS, STUBBORN])
def test_cancel_takes_effect_within_two_seconds(store: Store, executor: LocalExecutor, behaviour: int) -> None:
    add(store, "long", behaviour)
    wait_until(lambda: len(steps(store, "long")) > 5)
    stored = store.events("long")
    started = time.monotonic()
    store.request_cancel("long")
    wait_until(lambda: state(store, "long") == "cancelled", seconds=2)
    assert time.monotonic() - started < 2
    assert not is_alive(store.get("long").process)
    events = store.events("long")
    assert events[: len(stored)] == stored
    assert events[-1][1] == RunFailed(message="Cancelled by the user.")


def test_a_free_place_holds_one_warm_worker_and_a_busy_one_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDPS_WARM", "1")
    executor = LocalExecutor(store, STAND_IN)
    executor.start()
    wait_until(workers)
    (warm,) = workers()
    add(store, "long", ENDLESS)
    wait_until(lambda: steps(store, "long"))
    assert pid(store, "long") == warm.pid
    time.sleep(0.6)  # two looks of the dispatcher
    assert [w.pid for w in workers()] == [warm.pid]
    store.request_cancel("long")
    wait_until(lambda: any(worker.pid != warm.pid for worker in workers()))
    executor.stop()
    assert workers() == []


def test_workers_give_way_to_the_web_process(store: Store, executor: LocalExecutor) -> None:
    add(store, "long", ENDLESS)
    wait_until(lambda: steps(store, "long"))
    assert psutil.Process(pid(store, "long")).nice() == min(19, psutil.Process().nice() + 10)


def test_workers_give_way_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 0x4000, raising=False)
    monkeypatch.setattr(psutil.Process, "nice", lambda self, value: given.append(value))
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        give_way(process)
    monkeypatch.undo()
    assert given == [0x4000]


def test_a_warm_worker_that_dies_is_not_replaced_before_a_run_can_say_why(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_WARM", "1")
    starts = tmp_path / "starts"
    command = (sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x'); raise SystemExit('no torch here')")
    executor = LocalExecutor(store, command)
    executor.start()
    wait_until(starts.exists)
    time.sleep(1)
    assert starts.read_text() == "x"
    add(store, "a", QUICK)
    wait_until(lambda: state(store, "a") == "failed")
    assert "no torch here" in store.get("a").message
    executor.stop()


def test_a_worker_that_is_killed_or_cancelled_leaves_no_half_export(store: Store, executor: LocalExecutor) -> None:
    for name in ("killed", "cancelled"):
        add(store, name, EXPORTING)
        wait_until(lambda name=name: len(steps(store, name)) > 1)
        assert unfinished()
        if name == "killed":
            os.kill(pid(store, name), signal.SIGKILL)
        else:
            store.request_cancel(name)
        wait_until(lambda name=name: state(store, name) in ENDED)
        wait_until(lambda: not unfinished())
    assert not any(path.is_file() for path in data_dir("exports").rglob("*"))


SERVER = """
import sys, time
from simulator.runs.executor import LocalExecutor
from simulator.runs.database.store import open_store
LocalExecutor(open_store(), (sys.executable, "-m", "tests.simulator.stand_in_worker")).start()
time.sleep(60)
"""


def test_a_killed_server_takes_its_workers_along_and_the_next_one_marks_and_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDPS_WARM", "0")
    add(store, "interrupted", EXPORTING)
    add(store, "waiting", QUICK)
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT)
    wait_until(unfinished)
    worker = store.get("interrupted").process
    assert is_alive(worker)
    server.kill()
    server.wait()
    wait_until(lambda: not is_alive(worker), seconds=2)

    executor = LocalExecutor(store, STAND_IN)
    executor.start()
    run = store.get("interrupted")
    assert run.state == "interrupted"
    assert "Rerun" in run.advice
    assert store.events("interrupted")[-1][1] == RunFailed(message=run.message, advice=run.advice)
    assert not unfinished()
    wait_until(lambda: state(store, "waiting") == "finished")
    executor.stop()


def test_a_run_that_another_live_process_carries_out_is_left_alone(store: Store, executor: LocalExecutor) -> None:
    store.add("cli", make_config({}), None, origin="cli")
    executor.wake()
    time.sleep(0.4)
    assert state(store, "cli") == "queued"  # the command line's own runs are not for the server
    assert store.start("cli", process_name())
    other = LocalExecutor(store, STAND_IN)
    other.start()
    other.stop()
    assert state(store, "cli") == "running"


def test_the_dispatcher_survives_a_store_error_and_says_so(
    store: Store, executor: LocalExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE runs RENAME TO elsewhere"))
    wait_until(lambda: "no such table" in caplog.text)
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO runs"))
    add(store, "a", QUICK)
    wait_until(lambda: state(store, "a") == "finished")


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_workers_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KDPS_WORKERS", value)
    with pytest.raises(InvalidConfig, match="KDPS_WORKERS"):
        LocalExecutor(store)


@pytest.mark.parametrize(
    ("places", "quota", "physical", "of_user", "threads"),
    [
        ("1", 3.7, 4, None, "3"),
        ("2", 3.7, 4, None, "1"),
        ("1", 0.5, 4, None, "1"),
        ("1", 3.7, 4, "8", "8"),
        ("1", 8, 4, None, "4"),  # two halves of a core are one that multiplies
        ("2", 8, 4, None, "2"),
        ("1", 2, None, "2,1", "2"),  # nested levels, as OpenMP reads it
    ],
)
def test_workers_share_the_cores_that_they_may_use(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    places: str,
    quota: float,
    physical: int | None,
    of_user: str | None,
    threads: str,
) -> None:
    monkeypatch.setenv("KDPS_WORKERS", places)
    monkeypatch.setattr("simulator.host.machine.cores", lambda: quota)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: physical)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if of_user:
        monkeypatch.setenv("OMP_NUM_THREADS", of_user)
    worker = LocalExecutor(store, (sys.executable, "-c", "input()"))._start_worker()
    try:
        process = psutil.Process(worker.process.pid)
        wait_until(lambda: "OMP_NUM_THREADS" in process.environ())  # empty between fork and exec
        assert process.environ()["OMP_NUM_THREADS"] == threads
    finally:
        worker.end()


class BrokenOnWindows:
    """A pipe to an ended process, as Windows reports it: not with a BrokenPipeError."""

    def write(self, line: bytes) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    close = flush = lambda self: self.write(b"")


def test_a_worker_that_has_just_ended_is_no_error_on_windows_either(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker((sys.executable, "-c", "input()"))
    pipe, worker.process.stdin = worker.process.stdin, BrokenOnWindows()  # type: ignore[assignment]
    worker.hand_over("a")
    worker.end()
    assert pipe is not None
    pipe.close()
    assert "handed to a worker that had just ended" in caplog.text


def test_the_real_worker_trains_until_it_is_cancelled(store: Store) -> None:
    store.add("real", make_config({"train_examples": 64, "weights": "scratch"}), None)
    executor = LocalExecutor(store)
    executor.start()
    wait_until(lambda: steps(store, "real"), seconds=120)
    store.request_cancel("real")
    wait_until(lambda: state(store, "real") == "cancelled", seconds=2)
    executor.stop()
    started = [e.stage for _, e in store.events("real") if isinstance(e, StageStarted)]
    assert started == ["prepare", "teacher"]
    assert not is_alive(store.get("real").process)


def test_the_web_process_does_not_import_torch() -> None:
    code = "import simulator.runs.service, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
