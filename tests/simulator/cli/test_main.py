"""The command line as a user types it, in a process of its own."""

import errno
import json
import shutil
import subprocess
import sys

import pytest

import simulator.cli.main as cli
from simulator.config.run import make_config
from simulator.data import baselines
from simulator.events import Kept, Latency
from simulator.runs import archive
from simulator.runs.database.store import open_store
from simulator.runs.kept import seals
from simulator.teaching import notebook
from tests import exported
from tests.ui.invented import measurement


def run(*arguments, timeout=300):
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--model", "vgg"], ["model is 'vgg'", "resnet18"]),
        (["run", "--temperature", "0.5"], ["temperature", "0.5", "greater than or equal to 1"]),
        (["run", "--sparsity", "0.99"], ["(--sparsity) is", "0.95"]),
        (["run", "--model", "resnet18", "--dataset", "docstrings"], ["docstrings", "choose digits"]),
        (["run", "--student-size", "0.3"], ["student_size 0.3", "0.25, 0.5, 1"]),
        (["run", "--nonsense", "1"], ["--nonsense"]),
        (["run", "--json", "/nowhere/at/all.json"], ["/nowhere/at", "does not exist"]),
        (["prepare", "--model", "t5_small", "--dataset", "digits"], ["digits is image data"]),
        (["prepare", "--train-examples", "5000"], ["train_examples 5000", "choose at most"]),
        ([], ["COMMAND"]),
    ],
)
def test_a_wrong_flag_gets_one_clear_line_and_code_2(arguments, words, capsys):
    try:
        code = cli.main(arguments)
    except SystemExit as end:
        code = end.code
    out = capsys.readouterr()
    assert code == 2
    assert out.err.count("\n") == 1
    assert not out.out
    for word in words:
        assert word in out.err


def test_a_fault_of_the_disk_is_one_line_and_code_1(monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive, "list_runs", full)
    assert cli.main(["runs"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("simulator: The disk is full. Make room") and error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "prepared"),
    [
        ([], ["distilbert", "t5_small", "mobilenet_v2", "resnet18"]),
        (["--dataset", "cifar10", "--image-size", "64", "--train-examples", "5000"], ["mobilenet_v2", "resnet18"]),
        (["--dataset", "docstrings"], ["distilbert", "t5_small"]),
        (["--dataset", "digits", "--model", "resnet18"], ["resnet18"]),
    ],
)
def test_prepare_takes_the_models_that_read_the_data(arguments, prepared, monkeypatch):
    configs = []
    monkeypatch.setattr("simulator.engine.pipeline.prepare_teacher", configs.append)
    monkeypatch.setattr(cli, "draw", lambda happening, console: None)
    assert cli.main(["prepare", *arguments]) == 0
    assert sorted(c.model for c in configs) == sorted(prepared)
    if "--image-size" in arguments:
        assert {(c.dataset, c.image_size, c.train_examples) for c in configs} == {("cifar10", 64, 5_000)}


def test_pretrained_that_cannot_be_had_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    done = run("run", "--model", "resnet18", "--weights", "pretrained")
    assert done.returncode == 1
    assert "resnet18" in done.stderr
    assert "scratch" in done.stderr
    assert "Traceback" not in done.stderr


def test_datasets_and_runs_list_what_there_is():
    listed = run("datasets").stdout
    assert "reviews_topic" in listed
    [docstrings] = [line for line in listed.splitlines() if "docstrings" in line]
    assert str(baselines.read()["docstrings"].near_duplicates) in docstrings
    open_store().add("0123456789", make_config({}), None)
    assert "0123456789" in run("runs").stdout


@pytest.fixture
def tiny_run(tmp_path, with_teacher, data_directory):
    shutil.copytree(with_teacher, data_directory)
    out, export = tmp_path / "out.json", tmp_path / "export"
    done = run(
        *"run --model resnet18 --dataset digits --student-size 0.25 --train-examples 128 --epochs 1".split(),
        *"--sparsity 0.5 --recovery-epochs 1 --weights scratch --seed 0".split(),
        "--json", str(out), "--export", str(export),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done, json.loads(out.read_text()), export


def test_the_json_is_true(tiny_run):
    """Recount from the exported files alone: parameters, zeros, bytes and accuracy."""
    import torch
    from safetensors.torch import load_file

    from simulator.engine.datasets import digits
    from simulator.engine.models.images import make_encoder

    done, printed, export = tiny_run
    short = {"config", "provenance", "forecast", "seconds", "peak_memory_mb", "stages", "labels", "variants", "repeats"}
    assert set(printed) == short
    assert printed["repeats"] == [{"seed": 0, "variants": printed["variants"]}]
    assert [v["name"] for v in printed["variants"]] == ["teacher", "control", "distilled", "pruned", "recovered"]
    test = digits.load().test
    pixels = make_encoder(None, (), None, None, 32)(test.inputs)["pixels"]
    for variant in printed["variants"]:
        folder = export / variant["name"]
        file = folder / "model.safetensors"
        model = exported.load(folder)
        tensors = [t for n, t in load_file(file).items() if n in dict(model.named_parameters())]
        with torch.no_grad():
            right = (model(pixels).argmax(1) == torch.from_numpy(test.labels)).sum().item()
        assert variant["parameters"] == sum(t.numel() for t in tensors)
        assert variant["nonzero_parameters"] == sum(int((t != 0).sum()) for t in tensors)
        assert variant["sparsity"] == pytest.approx(1 - variant["nonzero_parameters"] / variant["parameters"])
        assert variant["size_bytes"] == file.stat().st_size
        assert variant["test_examples"] == len(test)
        assert variant["accuracy"] == right / len(test)
        assert variant["latency_ms"]["batch_1"]["median"] > 0
        assert variant["latency_ms"]["batch_32"]["p95"] >= variant["latency_ms"]["batch_32"]["median"]
    assert "recovered" in done.stdout
    # what was asked for is beside what every run leaves: its last student, of which there is a notebook
    (run,) = open_store().list_runs()
    assert notebook.not_offered(run) == ""
    left = archive.export_dir(run.id)
    assert (left / "model.safetensors").read_bytes() == (export / "recovered" / "model.safetensors").read_bytes()
    assert {f.name for f in left.iterdir()} >= {"lesson.json", *(f.name for f in (export / "recovered").iterdir())}
    assert (export / "lesson.json").is_file()
    assert seals.broken_seal(left) == ""
    sums = (left / seals.SUMS_FILE).read_text(encoding="utf-8").splitlines()
    assert {line.split("  ", 1)[1] for line in sums} == {f.name for f in left.iterdir()} - {seals.SUMS_FILE}
    teacher, control = printed["variants"][:2]
    assert teacher["accuracy"] >= 0.97
    assert control["parameters"] < teacher["parameters"]


def test_the_table_says_where_its_times_are_not_comparable(monkeypatch):
    quiet = Latency(median=9, p25=8.9, p75=9.1, p95=11, runs=9, threads=1, others_cpu=0.0)
    busy = quiet.model_copy(update={"others_cpu": 0.6})
    captions = []
    for latency in (quiet, busy):
        timed = measurement("teacher", latency_ms={"batch_1": latency, "batch_32": latency})
        monkeypatch.setattr(archive, "measurements", lambda _, timed=timed: [timed])
        captions.append(cli.compression_table("").caption)
    assert captions[0] is None
    assert "busy while these were timed: not comparable" in captions[1]


def test_the_table_says_which_figures_are_kept(monkeypatch):
    kept = Kept(run="ab12", at="2026-01-01T00:00:00+00:00", device="a processor")
    titles = []
    for measured in ([measurement("teacher")], [measurement("teacher", kept=kept)]):
        monkeypatch.setattr(archive, "measurements", lambda _, measured=measured: measured)
        table = cli.compression_table("")
        titles.append(table.title)
    assert titles == ["Measured in this run", "Measured"]
    assert "kept for teacher from run ab12" in table.caption
