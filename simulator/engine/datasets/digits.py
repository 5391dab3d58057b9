"""scikit-learn's 1,797 real handwritten digits (UCI, Alpaydin and Kaynak 1998), 8 x 8 pixels."""

from __future__ import annotations

import numpy as np
import sklearn
from sklearn.datasets import load_digits

from simulator.engine.datasets.base import Dataset, split


def load() -> Dataset:
    """The digits as RGB pictures of 8 x 8 pixels; the model's encoder enlarges them."""
    bunch = load_digits()
    grey = np.rint(bunch.images * (255 / 16)).astype(np.uint8)  # stored as 0..16
    pictures = np.repeat(grey[..., None], 3, axis=-1)
    return split("digits", pictures, bunch.target, f"scikit-learn {sklearn.__version__} load_digits")
