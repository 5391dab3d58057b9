"""Questions on pruning."""

from __future__ import annotations

from functools import partial

from simulator.figures.numbers import setting, whole, whole_percent
from simulator.teaching.quiz.question import choice, number, truth

pick = partial(choice, topic="Pruning")
say = partial(truth, topic="Pruning")
calculate = partial(number, topic="Pruning")

HAN = "Source: Han, Pool, Tran and Dally 2015, arXiv:1506.02626."
LI = "Source: Li, Kadav, Durdanovic, Samet and Graf 2017, arXiv:1608.08710, section 3."
WEIGHTS = (0.9, -0.05, 0.4, -0.7, 0.02, 0.3, -0.1, 0.6)
LAYER, REST, SHARE = 1000, 250, 0.8
KEPT = 0.5

smallest = sorted(WEIGHTS, key=abs)[: len(WEIGHTS) // 2]

QUESTIONS = (
    pick(
        key="magnitude",
        text="By which score are single weights ranked in magnitude pruning?",
        options=(
            "By their absolute value",
            "By their value, the negative ones first",
            "By their gradient in the last step",
            "By their position in the layer",
        ),
        why=f"The weights nearest to zero go first, whatever their sign. {HAN}",
    ),
    calculate(
        key="threshold",
        text=f"Half of these weights are pruned by magnitude: {WEIGHTS}. What is the largest absolute value that is "
        "pruned?",
        right=max(abs(w) for w in smallest),
        why=f"Sorted by absolute value, the first four are {', '.join(setting(abs(w)) for w in smallest)}. {HAN}",
        tolerance=0.001,
    ),
    say(
        key="dense-file",
        text="Setting half of the weights to zero halves the dense file.",
        true=False,
        why="A zero takes as many bytes as any other number; only gzip or another format finds the zeros. Source: "
        "safetensors' format, which stores every number in full.",
    ),
    say(
        key="zeros-faster",
        text="A dense matrix product gets faster when half of its weights are zero.",
        true=False,
        why="It multiplies by zero as by any other number; sparse kernels or structured pruning are needed. Source: "
        "Hoefler et al. 2021, arXiv:2102.00554; see the table How fast in Results.",
    ),
    pick(
        key="structured",
        text="What does structured pruning remove?",
        options=(
            "Whole channels, heads or neurons",
            "Single weights anywhere",
            "Whole training examples",
            "The last digits of each weight",
        ),
        why=f"The tensors get smaller, and so do file, MACs and usually latency. {LI}",
    ),
    calculate(
        key="half-channels",
        text="In a convolution between two layers, half of the input and half of the output channels are removed. "
        "What share of its weights is left?",
        right=KEPT * KEPT,
        why=f"A convolution has inputs x outputs x kernel weights: {KEPT} x {KEPT} = {setting(KEPT * KEPT)}. {LI}",
        tolerance=0.001,
    ),
    calculate(
        key="sparsity",
        text=f"A model has {whole(LAYER)} prunable weights and {REST} other parameters. "
        f"{whole_percent(SHARE)} of the prunable weights are set to zero. "
        "What is the sparsity over all parameters, in per cent?",
        right=100 * SHARE * LAYER / (LAYER + REST),
        why=f"{setting(SHARE * LAYER)} zeros of {whole(LAYER + REST)} parameters are "
        f"{setting(100 * SHARE * LAYER / (LAYER + REST))} %: less than the {whole_percent(SHARE)} that was asked for. "
        "Source: the definition of sparsity; Results shows both figures.",
        tolerance=0.5,
    ),
    pick(
        key="global",
        text="What does a global ranking do that a layer-wise one does not?",
        options=(
            "It takes more from layers whose weights are small",
            "It takes the same share from every layer",
            "It prunes biases and norms first",
            "It never prunes the first layer",
        ),
        why="All weights compete in one ranking. Source: Blalock et al. 2020, arXiv:2003.03033; see Layer by "
        "layer in Results.",
    ),
    pick(
        key="recovery",
        text="Why is a pruned model trained again?",
        options=(
            "The weights that are left can make up for those that were removed",
            "To bring the pruned weights back",
            "To find out how large the file is",
            "To make the zeros smaller",
        ),
        why=f"Fine-tuning wins back much of the accuracy; the masks hold, so what was pruned stays zero. {HAN}",
    ),
    say(
        key="mask-holds",
        text="During recovery the pruned weights stay exactly zero.",
        true=True,
        why=f"The mask is applied after every step. {HAN} Here: simulator/engine/pruning/masks.py.",
    ),
    pick(
        key="mask",
        text="What does a 1 in a mask mean?",
        options=("The weight is kept", "The weight is pruned", "The weight is 1", "The weight is frozen"),
        why="A weight times its mask: 1 keeps it, 0 makes it zero. Source: torch.nn.utils.prune's convention, and the "
        "glossary here.",
    ),
    pick(
        key="also-prune",
        text="Which parts does unstructured pruning here leave alone unless you say otherwise?",
        options=(
            "Embeddings, norms, biases and the classifier",
            "Every second layer",
            "The convolutions",
            "All matrices of attention",
        ),
        why="Little is gained there and much is lost. Source: the setting Also prune under More in the Lab.",
    ),
)
