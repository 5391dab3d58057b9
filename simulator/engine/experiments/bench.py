"""What all experiments work on: the data, the teacher and its logits, made once, and the cells measured so far."""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from simulator.config.run import RunConfig
from simulator.engine.datasets.batches import Examples
from simulator.engine.distillation.guidance import Teaching
from simulator.engine.distillation.plan import TrainingPlan
from simulator.engine.distillation.training import Training, predict, train
from simulator.engine.pruning.masks import Masks
from simulator.engine.setup import Setup
from simulator.engine.stages.keeping import carried_out, keeps
from simulator.engine.stages.pruned import prune
from simulator.engine.stages.student import Made, Student, control, distil, learned_from, plan, student_of
from simulator.events import CellFinished, Event, Progress, Stage, StageFinished, Variant
from simulator.events.outcome import Outcome, result_of
from simulator.experiments.base import Place
from simulator.experiments.config import ExperimentConfig, with_settings


@dataclass
class Bench:
    """One experiment at work.

    Attributes:
        teacher_logits: [training examples, classes].
        earlier: Cells that an earlier run of the same experiment measured.
        cells: The cells known so far, in the order in which they were yielded.
    """

    config: ExperimentConfig
    setup: Setup
    teacher: nn.Module
    teacher_logits: Tensor
    earlier: Sequence[CellFinished] = ()
    cells: list[CellFinished] = field(default_factory=list)
    total: int = 0
    measured: int = 0
    started: float = field(default_factory=time.perf_counter)

    # -- cells

    def begin(self, places: Sequence[Place]) -> Generator[Event, None, list[Place]]:
        """Yield the cells that an earlier run measured; returns the places that are still to be measured."""
        known = {_key(cell.at, cell.seed): cell for cell in self.earlier}
        self.total, self.started = len(places), time.perf_counter()
        to_do = []
        for at, seed in places:
            cell = known.get(_key(at, seed))
            if cell is None:
                to_do.append((at, seed))
            else:
                self.cells.append(cell)
                yield cell
        yield Progress(stage="experiment", done=len(self.cells), total=self.total)
        return to_do

    def finish(self, place: Place, **values: float) -> Generator[Event, None, None]:
        """Yield a cell with its measured values."""
        at, seed = place
        cell = CellFinished(at=at, seed=seed, values={name: float(value) for name, value in values.items()})
        self.cells.append(cell)
        self.measured += 1
        yield cell
        pace = (time.perf_counter() - self.started) / self.measured
        left = pace * (self.total - len(self.cells))
        yield Progress(stage="experiment", done=len(self.cells), total=self.total, seconds_left=left)

    def finish_pruned(
        self, place: Place, unpruned: float, pruned: nn.Module, recovered: nn.Module, **more: float
    ) -> Generator[Event, None, None]:
        """Yield a cell about a student just pruned and the same one recovered.

        Args:
            unpruned: Test accuracy before pruning.
            more: Other values of the cell.
        """
        zeros, nonzero = zeros_and_rest(recovered)
        yield from self.finish(
            place,
            accuracy=self.accuracy(recovered, self.setup.test),
            pruned=self.accuracy(pruned, self.setup.test),
            unpruned=unpruned,
            zeros=zeros,
            nonzero=nonzero,
            **more,
        )

    # -- students

    def settings(self, **changes: object) -> RunConfig:
        """The experiment's settings with some changed."""
        return with_settings(self.config.base, changes)

    def with_config(self, config: RunConfig) -> Setup:
        """The setup with other settings of the student; data, tensors and teacher stay."""
        return dataclasses.replace(self.setup, config=config)

    def student(self, config: RunConfig) -> Student:
        """The student of a run with these settings, as the stages of a run take it."""
        return student_of(self.with_config(config), self.teacher, self.teacher_logits, is_validated=False)

    def new_student(self, config: RunConfig) -> nn.Module:
        """The student before training; ``config`` decides its size and its seed."""
        return self.setup.module.build_student(self.teacher, config.student_size, config.seed).to(self.setup.device)

    def plan(self, config: RunConfig, epochs: int, seed: int) -> TrainingPlan:
        """How a student is trained with these settings."""
        return plan(self.with_config(config), epochs, seed)

    def teaching(self, config: RunConfig, teacher_logits: Tensor) -> Teaching:
        """The teaching of the first ``len(teacher_logits)`` examples by the method of these settings."""
        return Teaching(config.method, config.temperature, teacher_logits, self.teacher, config.seed, config.beta)

    def train(
        self,
        config: RunConfig,
        initial: nn.Module,
        examples: Examples,
        plan: TrainingPlan,
        teacher_logits: Tensor | None,
        masks: Masks | None = None,
    ) -> nn.Module:
        """A trained copy of a student, without validation and without events: an experiment's events are its cells.

        Args:
            config: Decides how the student learns from the teacher.
            teacher_logits: [examples, classes] of the same examples; None trains on the labels alone.
        """
        student = copy.deepcopy(initial)
        teaching = None if teacher_logits is None else self.teaching(config, teacher_logits)
        variant: Variant = "control" if teaching is None else "distilled"
        training = Training(self.setup.module, examples, None, plan, "experiment", variant, teaching, masks or Masks())
        for _ in train(student, training):
            pass
        return student

    def control(self, config: RunConfig) -> Generator[Event, None, nn.Module]:
        """The control of a run with these settings; if it is kept, an event says from where it was taken over."""
        return (yield from self._stage(config, "control", control))

    def distil(self, config: RunConfig) -> Generator[Event, None, nn.Module]:
        """The distilled student of a run with these settings; if it is kept, an event says so."""
        return (yield from self._stage(config, "distil", distil))

    def _stage(
        self, config: RunConfig, stage: Stage, body: Callable[[Student], Generator[Event, None, Made]]
    ) -> Generator[Event, None, nn.Module]:
        """A stage of a run; its own events are left out. One that is kept is validated, as a run's stages are."""
        setup = self.with_config(config)
        student = student_of(setup, self.teacher, self.teacher_logits, is_validated=keeps(setup))
        outcome = Outcome(carried_out(student, stage, "", body(student)))
        for event in outcome:
            if isinstance(event, StageFinished) and event.kept:
                yield event
        return outcome.result.made.model

    def recover(self, config: RunConfig, pruned: nn.Module, masks: Masks | None) -> nn.Module:
        """A copy of a pruned student, fine-tuned as in a run with these settings."""
        examples = learned_from(self.with_config(config), taught=config.recovery_with_teacher)
        soft = self.teacher_logits[: len(examples)] if config.recovery_with_teacher else None
        again = self.plan(config, config.recovery_epochs, config.seed + 1)  # other batches than before
        return self.train(config, pruned, examples, again, soft, masks)

    def prune(self, config: RunConfig, student: nn.Module) -> Made:
        """A pruned copy of a student, as in a run with these settings, and its masks."""
        return result_of(prune(self.with_config(config), student))

    # -- measuring

    def logits(self, model: nn.Module, examples: Examples) -> Tensor:
        """Logits [examples, classes] in float32, as everything that is measured."""
        return predict(model, self.setup.module.logits, examples, bfloat16=False)

    def accuracy(self, model: nn.Module, examples: Examples) -> float:
        """The share of right answers."""
        return share_right(self.logits(model, examples), examples.labels)


def share_right(logits: Tensor, labels: Tensor) -> float:
    """The share of examples whose largest logit is at the label."""
    return int((logits.argmax(1) == labels).sum()) / len(labels)


def zeros_and_rest(model: nn.Module) -> tuple[float, int]:
    """The share of zeros among all parameters, and how many are not zero."""
    counts = torch.tensor([[p.numel(), int(p.count_nonzero())] for p in model.parameters()]).sum(0)
    total, nonzero = counts.tolist()
    return 1 - nonzero / total, nonzero


def _key(at: object, seed: int) -> tuple[object, int]:
    return tuple(sorted(at.items())), seed
