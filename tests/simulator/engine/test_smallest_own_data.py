"""The smallest data that an upload may have goes through a whole run."""

from simulator.config.run import make_config
from simulator.data import own_data, uploads
from simulator.data.uploads.classes import FEWEST
from simulator.engine import pipeline
from simulator.events import Measured, RunFinished
from simulator.host.paths import data_dir
from simulator.runs.database.store import open_store
from simulator.teaching import lesson
from tests.simulator.brought import pictures, zip_bytes


def test_the_smallest_pictures_that_are_accepted_are_learned_and_measured():
    members = pictures(FEWEST // 2)
    kept = own_data.keep(uploads.check("pictures.zip", zip_bytes(members)).name, "Few")
    assert kept.examples("test") == 30
    config = make_config(
        {
            "model": "resnet18",
            "dataset": kept.name,
            "student_size": 0.25,
            "train_examples": 64,
            "epochs": 1,
            "recovery_epochs": 1,
            "weights": "scratch",
        }
    )
    open_store().add("few", config, None)
    events = list(pipeline.run(config, export_to=data_dir("exports") / "few"))
    measured = [e.measurement for e in events if isinstance(e, Measured)]
    assert isinstance(events[-1], RunFinished)
    assert [m.test_examples for m in measured] == [30] * 5
    assert all(m.latency_ms["batch_32"].median > 0 for m in measured)
    assert lesson.of_run("few").facts.test_examples == 30
