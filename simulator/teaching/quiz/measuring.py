"""Questions on size and speed, on fair comparisons, and on the models and their data."""

from __future__ import annotations

from functools import partial

from simulator.catalog.models import DISTILBERT, MOBILENET_V2, RESNET18, T5_SMALL
from simulator.figures.numbers import in_megabytes, percent_interval, setting, whole
from simulator.figures.statistics import wilson_interval
from simulator.teaching.quiz.question import choice, number, truth

pick_size = partial(choice, topic="Size and speed")
say_size = partial(truth, topic="Size and speed")
number_size = partial(number, topic="Size and speed")
pick_fair = partial(choice, topic="Fair comparisons")
say_fair = partial(truth, topic="Fair comparisons")
number_fair = partial(number, topic="Fair comparisons")
pick_fact = partial(choice, topic="Models and data")
say_fact = partial(truth, topic="Models and data")

FLOAT_BYTES = 4
PARAMETERS = RESNET18.published.parameters
MACS = MOBILENET_V2.published.macs or 0
IN, OUT, KERNEL, SIDE = 16, 32, 3, 8
BEFORE_MS, AFTER_MS = 40, 25
RIGHT, TESTED = 45, 50
LOW, HIGH = wilson_interval(RIGHT, TESTED)
WILSON = 'Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".'
(first, mistaken), (missed, second) = ((45, 5), (15, 35))
rights, everything = first + second, first + mistaken + missed + second
CONFUSION_IN_WORDS = (
    f"Of {first + mistaken} examples of the first class, {first} are classified as the first, "
    f"{mistaken} as the second; "
    f"of {missed + second} examples of the second class, {missed} as the first, {second} as the second."
)

QUESTIONS = (
    number_size(
        key="bytes",
        text=f"ResNet-18 has {whole(PARAMETERS)} parameters of 32 bits each. How large are they, in MB "
        "(millions of bytes)?",
        right=PARAMETERS * FLOAT_BYTES / 1e6,
        why=f"4 bytes each: {in_megabytes(PARAMETERS * FLOAT_BYTES)}. Source for the count: "
        f"{RESNET18.published.source}.",
        tolerance=0.5,
    ),
    number_size(
        key="flops",
        text=f"MobileNetV2 needs {whole(MACS / 1e6)} M multiply-adds (MACs) for one picture. How many FLOPs is that, "
        "in millions, if a multiply-add counts as two?",
        right=2 * MACS / 1e6,
        why=f"A multiply-add is a multiplication and an addition: {whole(2 * MACS / 1e6)} M. Source for the MACs: "
        f"{MOBILENET_V2.published.source}.",
        tolerance=1,
    ),
    number_size(
        key="conv-parameters",
        text=f"How many weights (without biases) does a {KERNEL} x {KERNEL} convolution from {IN} to {OUT} "
        "channels have?",
        right=IN * OUT * KERNEL**2,
        why=f"{IN} x {OUT} x {KERNEL} x {KERNEL} = {whole(IN * OUT * KERNEL**2)}. Source: Goodfellow, Bengio and "
        "Courville 2016, Deep Learning, chapter 9.",
        tolerance=0.5,
    ),
    number_size(
        key="conv-macs",
        text=f"The same convolution gives a map of {SIDE} x {SIDE} positions. How many MACs does it take?",
        right=IN * OUT * KERNEL**2 * SIDE**2,
        why=f"Every weight is used once at each position: {whole(IN * OUT * KERNEL**2)} x {SIDE**2} = "
        f"{whole(IN * OUT * KERNEL**2 * SIDE**2)}. Source: Molchanov et al. 2017, arXiv:1611.06440, appendix.",
        tolerance=0.5,
    ),
    say_size(
        key="macs-latency",
        text="A model with half the MACs takes half the time.",
        true=False,
        why="Memory traffic, small kernels and overheads do not shrink in proportion. Source: Ma et al. 2018, "
        "ShuffleNet V2, arXiv:1807.11164, section 1; compare MACs and latency in Results.",
    ),
    number_size(
        key="faster",
        text=f"Latency falls from {BEFORE_MS} ms to {AFTER_MS} ms. By how many per cent is it lower?",
        right=100 * (1 - AFTER_MS / BEFORE_MS),
        why=f"1 - {AFTER_MS}/{BEFORE_MS} = {setting(100 * (1 - AFTER_MS / BEFORE_MS))} %. Source: "
        "simulator/figures/statistics.py, which computes it for every run.",
        tolerance=0.5,
    ),
    pick_size(
        key="median",
        text="Why does the app show the median of many timed calls?",
        options=(
            "A few slow calls, disturbed by other programs, do not move it",
            "It is always lower than the mean",
            "It needs only one call",
            "It does not depend on the machine",
        ),
        why="Disturbances only ever make a call slower. Source: the documentation of torch.utils.benchmark, whose "
        "measurements report the median.",
    ),
    pick_size(
        key="gzip",
        text="Which file does gzip make much smaller?",
        options=(
            "One of a model with many zeros",
            "One of a dense float32 model",
            "One that has been gzipped already",
            "None: weights never shrink",
        ),
        why="Runs of equal bytes shrink, random digits of weights hardly do. Source: Deutsch 1996, RFC 1951; see the "
        "column Gzipped in Results.",
    ),
    pick_fair(
        key="control",
        text="What is the control for?",
        options=(
            "It shows what the student reaches without the teacher",
            "It stops a run that takes too long",
            "It checks the teacher's answers",
            "It is the student before any training",
        ),
        why="The same student, labels, steps and seed without the teacher: only the difference is due to the "
        "teacher. Source: Cho and Hariharan 2019, arXiv:1910.01348, who compare in this way.",
    ),
    say_fair(
        key="test-data",
        text="The test examples may be used to choose the best epoch.",
        true=False,
        why="Then they would no longer tell how the model does on new data; that is what the validation split is for. "
        "Source: Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, section 7.2.",
    ),
    number_fair(
        key="accuracy",
        text=f"{CONFUSION_IN_WORDS} What is the accuracy, in per cent?",
        right=100 * rights / everything,
        why=f"{first} and {second} are answered correctly: {rights} of {everything}, "
        f"{setting(100 * rights / everything)} %. Source: the definition of accuracy.",
        tolerance=0.5,
    ),
    number_fair(
        key="recall",
        text=f"{CONFUSION_IN_WORDS} What is the recall of the second class, in per cent?",
        right=100 * second / (missed + second),
        why=f"{second} of its {missed + second} examples are found: {setting(100 * second / (missed + second))} %. "
        "Source: the definition of recall.",
        tolerance=0.5,
    ),
    number_fair(
        key="wilson",
        text=f"{RIGHT} of {TESTED} test examples are right. What is the lower end of Wilson's 95 % interval, in %?",
        right=100 * LOW,
        why=f"Wilson's interval is {percent_interval(LOW, HIGH)}: {TESTED} examples say little. {WILSON}",
        tolerance=1.5,
    ),
    say_fair(
        key="one-seed",
        text="One run with one seed proves that distillation helps on this data.",
        true=False,
        why="Another seed may reverse a small difference: repeat, and compare intervals. Source: Bouthillier et al. "
        "2021, arXiv:2103.03098.",
    ),
    pick_fair(
        key="overlap",
        text="The 95 % intervals of two accuracies overlap widely. What follows?",
        options=(
            "The difference may well be chance",
            "The two models are equally good for certain",
            "The higher one is better for certain",
            "The measurement failed",
        ),
        why="Too few test examples to tell; that is no proof of equality either. Source: Altman and Bland 1995, "
        '"Absence of evidence is not evidence of absence", BMJ 311.',
    ),
    pick_fact(
        key="distilbert",
        text="Which of the four models was itself made by distillation?",
        options=tuple(m.title for m in (DISTILBERT, T5_SMALL, MOBILENET_V2, RESNET18)),
        why=f"DistilBERT was distilled from BERT. Source: {DISTILBERT.paper}.",
    ),
    pick_fact(
        key="t5",
        text="How does T5-small name a class?",
        options=(
            "It writes a word, and the word's score is the class's score",
            "Its first position has an output for each class",
            "It compares the text with a picture of each class",
            "It cannot; it only translates",
        ),
        why=f"Every task is text to text. Source: {T5_SMALL.paper}.",
    ),
    pick_fact(
        key="mobilenet",
        text="What makes MobileNetV2 cheap?",
        options=(
            "Convolutions split into one per channel and a small one across channels",
            "Weights of one bit",
            "No convolutions at all",
            "Every layer is used twice",
        ),
        why=f"Depthwise separable convolutions. Source: {MOBILENET_V2.paper}, section 3.1.",
    ),
    say_fact(
        key="fewer-parameters",
        text="MobileNetV2 has fewer parameters than ResNet-18.",
        true=(MOBILENET_V2.published.parameters < PARAMETERS),
        why=f"{whole(MOBILENET_V2.published.parameters)} against {whole(PARAMETERS)}. Source: "
        f"{MOBILENET_V2.published.source} and {RESNET18.published.source}.",
    ),
)
