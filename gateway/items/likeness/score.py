"""How sure it is that two items are one, as a probability, and why in words. Suggestions only: a person decides.

A logistic model over a handful of features; its weights stand in weights.yaml with where they come from.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import NamedTuple

import yaml

from gateway.items.likeness.features import Features

# Fixed before the pairs were drawn on which it is measured (docs/alignment.md); whoever moves it labels others.
VERY_LIKELY = 0.95
UNSURE = 0.8  # the most that is said of a pair that something tells apart, or that has a rival as clear


class Model(NamedTuple):
    """The weights in the order of Features, the constant, and which fit they are from."""

    weights: Sequence[float]
    constant: float
    fitted: str

    def probability(self, features: Features) -> float:
        total = self.constant + sum(map(float.__mul__, self.weights, features))
        return 1 / (1 + exp(-total))


@cache
def model() -> Model:
    """The model that is installed. Raises KeyError when weights.yaml lacks a feature."""
    text = files("gateway.items.likeness").joinpath("weights.yaml").read_text("utf-8")
    stored = yaml.load(text, Loader=yaml.CSafeLoader)
    weights: Mapping[str, float] = stored["weights"]
    return Model(
        [float(weights[name]) for name in Features._fields], float(stored["constant"]), stored["fitted"]
    )
