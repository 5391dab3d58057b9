"""Real knowledge distillation and pruning of four real models, for teaching. Imports no torch and no streamlit.

    from simulator import archive, make_config, service

    run_id = service.submit(make_config({"model": "resnet18", "temperature": 4}))
    archive.events(run_id)

Runs are carried out in a process of their own once ``service.start()`` was called; to carry one out
here and now, iterate over ``simulator.engine.pipeline.run(config)``.
"""

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.config.run import RunConfig, make_config
from simulator.errors import DoesNotFit, InvalidConfig, NotAllowed, NotAvailable, RunNotFound, SimulatorError
from simulator.events import Event, Measurement, Provenance
from simulator.experiments import EXPERIMENTS, ExperimentConfig, make_experiment
from simulator.runs import archive, service
from simulator.runs.database.store import Forecast, Run

__all__ = [
    "DATASETS",
    "EXPERIMENTS",
    "MODELS",
    "DoesNotFit",
    "Event",
    "ExperimentConfig",
    "Forecast",
    "InvalidConfig",
    "Measurement",
    "NotAllowed",
    "NotAvailable",
    "Provenance",
    "Run",
    "RunConfig",
    "RunNotFound",
    "SimulatorError",
    "archive",
    "make_config",
    "make_experiment",
    "service",
]
