"""The flags of the command line, and the settings that were given by them."""

from __future__ import annotations

import pytest

import simulator.cli.main as cli
from simulator.catalog.presets import PRESETS
from simulator.cli.flags import Parser, add_config_flags, add_preset_flag, allowed, given
from simulator.config.run import RunConfig, make_config
from simulator.data import own_data, uploads
from simulator.errors import NotAvailable
from tests.simulator.brought import csv_bytes, texts


@pytest.fixture
def parser() -> Parser:
    parser = Parser(prog="kdps")
    add_config_flags(parser)
    return parser


def test_every_setting_is_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for name in RunConfig.model_fields:
        assert f"--{'sparsity' if name == 'target_sparsity' else name.replace('_', '-')}" in text
    assert "(at least 64, at most 60000)" in text
    assert "(at least 1e-06, at most 0.1)" in text
    assert "(one of distilbert, t5_small, mobilenet_v2, resnet18)" in text
    assert "(one of unstructured, 2:4, structured)" in text
    assert "(one of 32, 64)" in text
    assert "(any of embeddings, norms, biases, classifier)" in text
    assert "(depends on the model; distilbert: layers 1, 2" in text


def test_a_setting_without_a_range_says_nothing_of_it() -> None:
    assert [name for name in RunConfig.model_fields if not allowed(name)] == ["layer_sparsity", "recovery_with_teacher"]


def test_what_was_given_is_a_runs_setting_as_it_was_typed(parser: Parser) -> None:
    assert given(parser.parse_args([])) == {}
    values = given(parser.parse_args("--sparsity 0.8 --also-prune norms biases --seed 7".split()))
    assert values == {"target_sparsity": "0.8", "also_prune": ["norms", "biases"], "seed": "7"}
    assert make_config(values).also_prune == ("norms", "biases")


def test_a_preset_gives_settings_that_other_flags_override(parser: Parser, capsys: pytest.CaptureFixture[str]) -> None:
    add_preset_flag(parser)
    config = make_config(given(parser.parse_args("--preset cut_90 --epochs 2".split())))
    assert config == make_config({**PRESETS["cut_90"].settings, "epochs": 2})
    with pytest.raises(SystemExit):
        parser.parse_args(["--preset", "nonsense"])
    assert "nonsense" in capsys.readouterr().err
    assert all(name in parser.format_help() for name in PRESETS)


def test_own_data_that_was_deleted_is_not_taken(parser: Parser) -> None:
    name = own_data.keep(uploads.check("t.csv", csv_bytes(texts(70))).name, "Pets").name
    options = parser.parse_args(["--dataset", name])
    assert given(options) == {"dataset": name}
    own_data.remove(name, keep_description=True)
    with pytest.raises(NotAvailable, match="was deleted"):
        given(options)


def test_a_wrong_flag_ends_with_one_line_and_code_2(parser: Parser, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser.parse_args(["--colour", "red"])
    assert end.value.code == 2
    assert capsys.readouterr().err == "kdps: unrecognized arguments: --colour red (see kdps --help)\n"
