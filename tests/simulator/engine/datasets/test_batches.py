"""The order in which training sees examples, and how batches are cut from them."""

from __future__ import annotations

import pytest
import torch

from simulator.engine.datasets.batches import UNLABELLED, Examples, by_length, training_order


def texts(count: int, longest: int = 12) -> Examples:
    lengths = torch.randint(1, longest + 1, (count,), generator=torch.Generator().manual_seed(0))
    mask = (torch.arange(longest) < lengths[:, None]).long()
    return Examples({"input_ids": mask * 7, "attention_mask": mask}, torch.arange(count))


def pictures(count: int) -> Examples:
    return Examples({"pixels": torch.arange(count).float()[:, None]}, torch.arange(count))


@pytest.mark.parametrize("examples", [texts(65), pictures(65), texts(1), pictures(64)])
def test_every_example_is_seen_once_and_no_batch_of_several_is_left_with_one(examples: Examples) -> None:
    batches = training_order(examples, 16, seed=3, epoch=1)
    assert sorted(torch.cat(batches).tolist()) == list(range(len(examples)))
    assert min(map(len, batches)) > 1 or len(examples) == 1
    assert [b.tolist() for b in batches] == [b.tolist() for b in training_order(examples, 16, 3, 1)]


def test_seed_and_epoch_decide_the_order() -> None:
    orders = {tuple(torch.cat(training_order(pictures(40), 8, *at)).tolist()) for at in ((0, 0), (0, 1), (1, 0))}
    assert len(orders) == 3


def test_texts_of_a_batch_have_similar_lengths() -> None:
    examples = texts(256)
    lengths = examples.inputs["attention_mask"].sum(1)

    def padding(batches: list[torch.Tensor]) -> int:
        return sum(int((lengths[rows].max() - lengths[rows]).sum()) for rows in batches)

    assert padding(training_order(examples, 16, 0, 0)) < 0.3 * padding(list(torch.arange(256).split(16)))
    sorted_lengths = lengths[torch.cat(list(by_length(examples, 16)))]
    assert (sorted_lengths.diff() >= 0).all()
    assert torch.cat(list(by_length(pictures(5), 2))).tolist() == [0, 1, 2, 3, 4]


def test_a_batch_is_cut_to_its_longest_text_and_the_examples_stay_whole() -> None:
    examples = texts(20)
    short = examples.inputs["attention_mask"].sum(1).argsort()[:3]
    batch = examples.rows(short)
    longest = int(examples.inputs["attention_mask"][short].sum(1).max())
    assert batch["input_ids"].shape == batch["attention_mask"].shape == (3, longest)
    assert examples.inputs["input_ids"].shape == (20, 12)
    assert len(examples.first(4)) == 4 and examples.first(4).labels.tolist() == [0, 1, 2, 3]


def test_rows_are_chosen_by_mask_and_by_number() -> None:
    examples = Examples({"pixels": torch.arange(8).reshape(4, 2)}, torch.tensor([3, 1, 2, 0]))
    for rows in (torch.tensor([True, False, True, False]), torch.tensor([0, 2])):
        some = examples.at(rows)
        assert some.inputs["pixels"].tolist() == [[0, 1], [4, 5]] and some.labels.tolist() == [3, 2]


@pytest.mark.parametrize("n", [1, 7, 64, 65])
def test_hidden_labels_are_gone_and_the_examples_stay(n: int) -> None:
    examples = texts(65)
    hidden = examples.only_first_labelled(n)
    assert all(torch.equal(hidden.inputs[name], values) for name, values in examples.inputs.items())
    assert hidden.labels.tolist() == [*range(n), *[UNLABELLED] * (65 - n)]
    assert hidden.labelled().labels.tolist() == list(range(n))
    assert torch.equal(hidden.labelled().inputs["input_ids"], examples.first(n).inputs["input_ids"])


@pytest.mark.parametrize("n", [5, 6, 64])
def test_repeated_examples_come_equally_often_give_or_take_one(n: int) -> None:
    examples = texts(5)
    again = examples.repeated(n)
    assert len(again) == n and again.labels.bincount().max() - again.labels.bincount().min() <= 1
    assert torch.equal(again.inputs["input_ids"], examples.inputs["input_ids"][again.labels])  # a label is a row here
