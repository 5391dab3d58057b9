"""Zeros or channels: whole parts are removed and counted; then single weights, until equally many are left."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import groupby

from torch import nn

from simulator.config.run import RunConfig
from simulator.engine.experiments.bench import Bench, zeros_and_rest
from simulator.engine.measure.compute import count_macs
from simulator.engine.measure.latency import measure_in_turns
from simulator.engine.measure.size import gzip_bytes, save_model, tensors_of
from simulator.engine.measure.sparse import write_sparse
from simulator.engine.measure.variant import first_rows
from simulator.engine.pruning.importance import calibration
from simulator.engine.pruning.masks import Masks, apply_masks
from simulator.engine.pruning.removal import mask_rule
from simulator.engine.stages.student import student_examples
from simulator.errors import SimulatorError
from simulator.events import CellFinished, Event, Latency
from simulator.experiments.base import Place
from simulator.experiments.zeros_or_channels import CHANNELS, STUDENTS, UNPRUNED, ZEROS, places
from simulator.figures.numbers import whole
from simulator.host.paths import scratch_folder

SECONDS = 0.2
"""Seconds for which each student's calls are timed at each batch size: fewer than in a run, for many students."""


def cells(bench: Bench) -> Generator[Event, None, None]:
    """Three students for each share and seed, all recovered for equally long, and timed in turns."""
    bench.earlier = complete(bench.earlier)
    to_do = yield from bench.begin(places(bench.config))
    for seed, of_seed in groupby(to_do, key=lambda place: place[1]):
        config = bench.settings(seed=seed)
        distilled = yield from bench.distil(config)
        unpruned = bench.recover(config, distilled, None)
        for removed, group in groupby(of_seed, key=lambda place: float(place[0]["parts_removed"])):
            students = {UNPRUNED: unpruned, **pruned_alike(bench, config, distilled, removed)}
            yield from measured(bench, list(group), students)


def complete(earlier: Sequence[CellFinished]) -> list[CellFinished]:
    """The earlier cells whose students were all measured: only latencies that were timed in turns can be compared."""

    def group(cell: CellFinished) -> tuple[object, int]:
        return cell.at["parts_removed"], cell.seed

    seen = [group(cell) for cell in earlier]
    return [cell for cell in earlier if seen.count(group(cell)) == len(STUDENTS)]


def pruned_alike(bench: Bench, config: RunConfig, distilled: nn.Module, removed: float) -> dict[str, nn.Module]:
    """Two recovered students with equally many non-zero parameters: one lost whole parts, one single weights."""
    structured = bench.settings(seed=config.seed, pruning="structured", target_sparsity=removed)
    smaller, _ = bench.prune(structured, distilled)
    _, left = zeros_and_rest(smaller)  # the number to match
    sparse, masks = pruned_to(bench, config, distilled, left)
    return {ZEROS: bench.recover(config, sparse, masks), CHANNELS: bench.recover(structured, smaller, None)}


def pruned_to(bench: Bench, config: RunConfig, distilled: nn.Module, left: int) -> tuple[nn.Module, Masks]:
    """A copy of the student with exactly ``left`` non-zero parameters, and its masks.

    Only weights of linear and convolution layers can go, so the rest is counted first; then

    sparsity = 1 - (left - non-zero parameters of the rest) / weights that can go

    Raises:
        SimulatorError: if the rest alone has more.
    """
    student = copy.deepcopy(distilled)
    config = config.model_copy(update={"pruning": "unstructured"})
    setup = bench.with_config(config)
    rule = mask_rule(setup)
    weights = rule.parameters(student)
    many, nonzero = sum(p.numel() for p in weights.values()), sum(int(p.count_nonzero()) for p in weights.values())
    rest = zeros_and_rest(student)[1] - nonzero
    if left < rest:
        raise SimulatorError(
            f"Without the parts, {whole(left)} parameters are left. Pruning single weights cannot go below "
            f"{whole(rest)}, because norms, biases and the classifier stay.",
            "Choose lower values of parts_removed.",
        )
    sparsity = 1 - (left - rest) / many
    batches = calibration(setup.module.logits, student_examples(setup), config.batch_size, config.seed)
    masks = rule.masks(student, batches, level=lambda _: sparsity)
    apply_masks(weights, masks)
    return student, masks


def measured(bench: Bench, group: Sequence[Place], students: Mapping[str, nn.Module]) -> Iterator[Event]:
    """The cells of one share and seed, measured on the same data and timed in turns."""
    setup = bench.setup
    one, many = first_rows(setup, 1), first_rows(setup, 32)
    at_one, at_many = (measure_in_turns(students, setup.module.exported_call, b, SECONDS) for b in (one, many))
    for place in group:
        name = str(place[0]["student"])
        student = students[name]
        zeros, nonzero = zeros_and_rest(student)
        yield from bench.finish(
            place,
            accuracy=bench.accuracy(student, setup.test),
            zeros=zeros,
            nonzero=nonzero,
            parameters=sum(p.numel() for p in student.parameters()),
            macs=count_macs(student, setup.module.exported_call, one),
            latency_1=at_one[name].median,
            latency_32=at_many[name].median,
            **others_cpu(at_one[name], at_many[name]),
            **files(student),
        )


def others_cpu(*timed: Latency) -> dict[str, float]:
    """The most that other processes used while a student was timed; nothing if the system does not count it."""
    known = [latency.others_cpu for latency in timed if latency.others_cpu is not None]
    return {"others_cpu": max(known)} if known else {}


def files(student: nn.Module) -> dict[str, float]:
    """Bytes of the student's files as written: dense, dense and gzipped, and without zeros."""
    with scratch_folder() as scratch:
        dense = scratch / "dense.safetensors"
        save_model(student, dense)
        sparse = write_sparse(tensors_of(student), scratch / "sparse.safetensors")
        return {
            "size_bytes": dense.stat().st_size,
            "gzip_bytes": gzip_bytes(dense),
            "sparse_bytes": sparse.bytes,
        }
