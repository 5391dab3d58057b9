"""The flags of the command line: one for each setting of a run, and the settings that were given."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from simulator.catalog.datasets import DATASETS
from simulator.catalog.models import MODELS
from simulator.catalog.presets import PRESETS
from simulator.config.settings import SETTINGS
from simulator.data import own_data
from simulator.figures import numbers


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def add_config_flags(parser: argparse.ArgumentParser) -> None:
    """A flag a setting; pydantic converts and checks the values."""
    for name, setting in SETTINGS.items():
        limits = allowed(name)
        parser.add_argument(
            f"--{setting.flag or name.replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            nargs="*" if name == "also_prune" else None,
            metavar=name.split("_")[-1].upper(),
            help=f"{setting.help}{f' ({limits})' if limits else ''}".replace("%", "%%"),
        )


def add_preset_flag(parser: argparse.ArgumentParser) -> None:
    """The settings of a preset; other flags override them."""
    words = f"Settings that go with a question; other flags override them. (one of {', '.join(PRESETS)})"
    parser.add_argument("--preset", choices=PRESETS, metavar="NAME", help=words)


def add_experiment_flags(parser: argparse.ArgumentParser) -> None:
    """Which experiment, with which seeds and values; and a flag a field of RunConfig, as in ``run``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="which experiment; see --list")
    parser.add_argument("--list", action="store_true", help="list the experiments, a line each")
    parser.add_argument("--seeds", type=int, metavar="N", help="measure every cell with so many seeds (1 to 5)")
    parser.add_argument(
        "--axis", action="append", default=[], metavar="SETTING=VALUES", help="other values: --axis temperature=1,4,8"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write cells and conclusion as JSON")
    parser.add_argument(
        "--continue", dest="continues", default="", metavar="RUN", help="go on from the cells of a run that was stopped"
    )
    add_anew_flag(parser)
    add_config_flags(parser)


def add_anew_flag(parser: argparse.ArgumentParser) -> None:
    """The flag with which nothing is taken over from earlier runs."""
    parser.add_argument("--anew", action="store_true", help="carry out every stage, also those that are kept")


def allowed(name: str) -> str:
    """The values a setting may have, in words; "" where there is nothing to say."""
    if name == "student_size":
        sizes = [
            f"{m.name}: {m.student.unit} {', '.join(numbers.setting(v) for v in m.student.values)}"
            for m in MODELS.values()
        ]
        return f"depends on the model; {'; '.join(sizes)}"
    if name == "dataset":
        return f"one of {', '.join(DATASETS)}, or the name of a data set that was uploaded here"
    setting = SETTINGS[name]
    if setting.choices:
        return f"{'any' if name == 'also_prune' else 'one'} of {', '.join(map(str, setting.choices))}"
    bounds = {"at least": setting.low, "at most": setting.high}
    return ", ".join(f"{words} {bound}" for words, bound in bounds.items() if bound is not None)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The settings among the flags that were given, as they were typed, over those of the preset if there is one.

    Raises:
        NotAvailable: if they name own data that was deleted.
    """
    preset = getattr(options, "preset", None)
    values = dict(PRESETS[preset].settings) if preset else {}
    values |= {name: value for name, value in vars(options).items() if name in SETTINGS}
    dataset = values.get("dataset")
    if dataset is not None and own_data.record(dataset):
        own_data.check_here(dataset)
    return values
