"""Files without zeros: read back by a reader written apart from the writer, with NumPy alone."""

import json
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import save

from simulator.engine.measure.size import save_model, tensors_of
from simulator.engine.measure.sparse import is_two_of_four, smallest, write_sparse
from simulator.engine.models import MODULES, portable
from simulator.engine.models.resnet18.structure import build_resnet
from simulator.engine.pruning.masks import (
    apply_masks,
    global_masks,
    left_dense,
    prunable_parameters,
    two_of_four_masks,
)
from tests.small_models import small_distilbert, small_t5

DTYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8", "U8": "u1"}


def read_with_numpy(file):
    """The file format from its description: 8 bytes of length, a JSON header, the bytes."""
    raw = file.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    described = json.loads(header.pop("__metadata__")["sparse"])
    parts = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        parts[name] = np.frombuffer(raw[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    for name, how in described.items():
        values, shape = parts.pop(f"{name}:values"), how["shape"]
        if how["encoding"] == "bitmask":
            bits = [byte >> bit & 1 for byte in parts.pop(f"{name}:mask").tolist() for bit in range(8)]
            whole = np.zeros(int(np.prod(shape)), values.dtype)
            whole[np.flatnonzero(bits)] = values
            parts[name] = whole.reshape(shape)
        else:
            nibbles = [byte >> shift & 15 for byte in parts.pop(f"{name}:indices").tolist() for shift in (0, 4)]
            rows = []
            for pair, nibble in zip(values, nibbles, strict=False):
                group = [0.0] * 4
                group[nibble & 3], group[nibble >> 2] = pair
                rows += group
            outputs, inputs, *kernel = shape
            parts[name] = np.moveaxis(np.array(rows, values.dtype).reshape(outputs, *kernel, inputs), -1, 1)
    return parts


def two_of_four(*shape, seed=0):
    """Normal numbers of which the two largest of every four along dimension 1 are kept."""
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).movedim(1, -1)
    groups = weight.reshape(-1, 4)
    kept = groups.abs().argsort(1, descending=True)[:, :2]
    return torch.zeros_like(groups).scatter(1, kept, groups.gather(1, kept)).view(weight.shape).movedim(-1, 1)


def thinned(*shape, keep):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(shape, generator=generator) * (torch.rand(shape, generator=generator) < keep)


TENSORS = {
    "dense": torch.randn(30, 40, generator=torch.Generator().manual_seed(2)),
    "sparse": thinned(31, 17, 3, keep=0.1),
    "empty layer": torch.zeros(50, 50),
    "half": thinned(64, 64, keep=0.2).half(),
    "2:4": two_of_four(64, 128),
    "2:4 convolution": two_of_four(16, 12, 3, 3),
    "2:4, an odd number of groups": two_of_four(31, 68),
    "few": thinned(3, 3, keep=0.2),
    "counter": torch.tensor(7),
}
EXPECTED = dict.fromkeys(("dense", "few", "counter"), "dense") | dict.fromkeys(
    ("sparse", "empty layer", "half"), "bitmask"
)


@pytest.fixture
def written(tmp_path):
    file = tmp_path / "sparse.safetensors"
    return write_sparse({name: t.contiguous() for name, t in TENSORS.items()}, file), file


def test_everything_comes_back_equal_by_two_readers(written):
    _, file = written
    by_numpy, by_torch = read_with_numpy(file), portable.load_sparse(file)
    assert set(by_numpy) == set(by_torch) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert torch.equal(by_torch[name], tensor), name
        assert by_torch[name].dtype == tensor.dtype
        assert np.array_equal(by_numpy[name], tensor.numpy()), name


def test_each_tensor_is_kept_as_what_takes_the_fewest_bytes(written):
    sparse, file = written
    assert {name: smallest(t)[0] for name, t in TENSORS.items()} == {n: EXPECTED.get(n, "2:4") for n in TENSORS}
    assert sparse.encodings == {"dense": 3, "bitmask": 3, "2:4": 3}
    assert sparse.bytes == file.stat().st_size
    for tensor in TENSORS.values():
        parts = smallest(tensor)[1].values()
        assert sum(p.numel() * p.element_size() for p in parts) <= tensor.numel() * tensor.element_size()


def test_sizes_are_those_worked_out_by_hand():
    _, mask = smallest(thinned(100, 100, keep=0.25))
    assert mask["mask"].numel() == 10_000 // 8
    assert mask["values"].numel() == int(thinned(100, 100, keep=0.25).count_nonzero())
    _, halved = smallest(two_of_four(64, 128))
    assert halved["values"].shape == (64 * 128 // 4, 2)
    assert halved["indices"].numel() == 64 * 128 // 8  # two bits for each of two values of four: half a bit a weight


def test_one_group_is_packed_as_described():
    tensor = torch.zeros(64, 32)
    tensor[:, 0::4], tensor[:, 1::4] = 5, 6
    tensor[0, :8] = torch.tensor([0, 1.5, 0, 2.5, 3.5, 0, 4.5, 0])
    _, parts = smallest(tensor)
    assert parts["values"][:2].tolist() == [[1.5, 2.5], [3.5, 4.5]]
    assert parts["indices"][0] == (1 | 3 << 2) | (0 | 2 << 2) << 4


@pytest.mark.parametrize(
    ("row", "is_it"),
    [([1, 2, 0, 0], True), ([0, 0, 0, 0], True), ([1, 0, 0, 0], True), ([1, 2, 3, 0], False), ([0, 1, 2, 0, 3], False)],
)
def test_2_of_4_is_seen_along_the_input_dimension(row, is_it):
    assert is_two_of_four(torch.tensor([row, row])) == is_it
    if len(row) == 4:
        assert is_two_of_four(torch.tensor(row)[None, :, None, None].expand(2, 4, 3, 3)) == is_it
        # along the outputs there may be any number
        assert is_two_of_four(torch.tensor([[1, 0, 0, 0]] * 4))


def test_2_of_4_with_too_few_values_in_some_groups_comes_back(tmp_path):
    tensor = two_of_four(64, 64)
    tensor[0, :4], tensor[1, 4:8] = 0, torch.tensor([0, 0, 0, 9.0])
    sparse = write_sparse({"w": tensor}, tmp_path / "s.safetensors")
    assert torch.equal(portable.load_sparse(tmp_path / "s.safetensors")["w"], tensor)
    assert sparse.encodings == {"dense": 0, "bitmask": 1}  # three values fewer than 2:4 would keep: smaller


def test_a_model_without_zeros_is_as_large_as_its_dense_file_and_leaves_no_copy(tmp_path):
    tensors = {"w": TENSORS["dense"]}
    sparse = write_sparse(tensors, tmp_path / "s.safetensors")
    assert sparse.encodings == {"dense": 1}
    assert 0 <= sparse.bytes - len(save(tensors)) < 100  # the metadata
    assert not (tmp_path / "s.safetensors").exists()


def test_a_student_pruned_2_of_4_is_written_as_2_of_4_and_read_with_numpy(tmp_path):
    """The masks' fours are the file's fours: convolutions too, but the stem, whose three inputs are no multiple."""
    model = build_resnet(1, 0.25, 3).to(memory_format=torch.channels_last)
    layers = prunable_parameters(model, ("fc",), ())
    apply_masks(layers, two_of_four_masks({n: p.detach().abs() for n, p in layers.items()}))
    assert left_dense(layers) == ["conv1.weight"]
    tensors, file = tensors_of(model), tmp_path / "s.safetensors"
    sparse = write_sparse(tensors, file)
    assert sparse.encodings["2:4"] == len(layers) - 1
    back = read_with_numpy(file)
    for name, tensor in tensors.items():
        assert np.array_equal(back[name], tensor.numpy()), name
    for name in layers.keys() - {"conv1.weight"}:
        rows = np.moveaxis(back[name], 1, -1).reshape(-1, 4)
        assert (np.count_nonzero(rows, axis=1) == 2).all(), name


@pytest.mark.parametrize(("name", "make"), [("distilbert", small_distilbert), ("t5_small", small_t5)])
def test_a_pruned_model_loads_from_the_sparse_file_alone(name, make, tmp_path):

    model = make()
    parameters = prunable_parameters(model, MODULES[name].classifier, ("embeddings",))
    apply_masks(parameters, global_masks({n: p.detach().abs() for n, p in parameters.items()}, 0.9))
    save_model(model, tmp_path / portable.WEIGHTS_FILE)
    (tmp_path / portable.ARCHITECTURE_FILE).write_text(json.dumps(MODULES[name].architecture(model, 2)))
    dense = portable.restore(tmp_path, MODULES[name].build).state_dict()
    sparse = write_sparse(tensors_of(model), tmp_path / portable.SPARSE_FILE)
    assert sparse.bytes < 0.6 * (tmp_path / portable.WEIGHTS_FILE).stat().st_size
    (tmp_path / portable.WEIGHTS_FILE).unlink()
    back = portable.restore(tmp_path, MODULES[name].build).state_dict()
    assert set(back) == set(dense)
    assert all(torch.equal(back[n], t) for n, t in dense.items())
