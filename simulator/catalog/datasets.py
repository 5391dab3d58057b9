"""What exists: the data sets. Plain facts, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.catalog.model_info import Kind


@dataclass(frozen=True)
class DatasetInfo:
    """One data set; ``needs_internet`` where it is fetched on first use."""

    name: str
    title: str
    kind: Kind
    summary: str
    class_names: tuple[str, ...]
    label_words: tuple[str, ...]
    max_train_examples: int
    validation_examples: int
    needs_internet: bool
    source: str


TOPICS = ("films", "food", "gadgets", "travel", "books", "apps")


DIGITS = tuple("zero one two three four five six seven eight nine".split())


DATASETS: dict[str, DatasetInfo] = {
    d.name: d
    for d in (
        DatasetInfo(
            name="digits",
            title="Handwritten digits",
            kind="image",
            summary="1,797 real handwritten digits of 8 x 8 pixels from 43 writers, enlarged.",
            class_names=tuple("0123456789"),
            label_words=DIGITS,
            max_train_examples=1_077,
            validation_examples=270,
            needs_internet=False,
            source="scikit-learn (UCI Optical Recognition of Handwritten Digits)",
        ),
        DatasetInfo(
            name="docstrings",
            title="Which library wrote this?",
            kind="text",
            summary="First sentences of the docstrings of NumPy, SciPy, pandas and scikit-learn as they "
            "are installed on this machine, with the library's own name masked.",
            class_names=("numpy", "scipy", "pandas", "sklearn"),
            label_words=("array", "science", "table", "learning"),
            max_train_examples=2_400,
            validation_examples=600,
            needs_internet=False,
            source="the installed packages",
        ),
        DatasetInfo(
            name="reviews_topic",
            title="Reviews: what is it about?",
            kind="text",
            summary="Short reviews written for this course, about six kinds of things.",
            class_names=TOPICS,
            label_words=TOPICS,
            max_train_examples=1_620,
            validation_examples=405,
            needs_internet=False,
            source="written for this course",
        ),
        DatasetInfo(
            name="reviews_sentiment",
            title="Reviews: pleased or not?",
            kind="text",
            summary="The same reviews; the question is whether the writer was pleased.",
            class_names=("negative", "positive"),
            label_words=("negative", "positive"),
            max_train_examples=1_620,
            validation_examples=405,
            needs_internet=False,
            source="written for this course",
        ),
        DatasetInfo(
            name="sst2",
            title="SST-2: film reviews",
            kind="text",
            summary="67,349 phrases from film reviews, positive or negative.",
            class_names=("negative", "positive"),
            label_words=("negative", "positive"),
            max_train_examples=60_000,
            validation_examples=6_735,
            needs_internet=True,
            source="stanfordnlp/sst2 on the Hugging Face hub",
        ),
        DatasetInfo(
            name="cifar10",
            title="CIFAR-10",
            kind="image",
            summary="60,000 colour photographs of 32 x 32 pixels in ten classes.",
            class_names=(
                "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
            ),
            label_words=(
                "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
            ),
            max_train_examples=45_000,
            validation_examples=5_000,
            needs_internet=True,
            source="Krizhevsky 2009, through torchvision",
        ),
        DatasetInfo(
            name="fashion_mnist",
            title="Fashion-MNIST",
            kind="image",
            summary="70,000 grey pictures of clothes of 28 x 28 pixels in ten classes.",
            class_names=(
                "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
            ),
            label_words=(
                "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
            ),
            max_train_examples=54_000,
            validation_examples=6_000,
            needs_internet=True,
            source="Xiao, Rasul and Vollgraf 2017, through torchvision",
        ),
    )
}  # fmt: skip
