"""How sure it is that two items are one, as a probability, and why in words. Suggestions only: a person decides.

A logistic model over a handful of features; its weights stand in weights.yaml with where they come from. What it
says below VERY_LIKELY is put right by what such suggestions were worth (calibration.yaml); the order stays.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, NamedTuple

import yaml

from gateway.items.likeness.features import Features

# Fixed before the pairs were drawn on which it is measured (docs/alignment.md); whoever moves it labels others.
VERY_LIKELY = 0.95
UNSURE = 0.8  # the most that is believed of a pair that something tells apart, or that has a rival as clear


class Model(NamedTuple):
    """The weights in the order of Features, the constant, which fit they are from.

    points: (what the weights say, what share of that is true), rising; straight lines between.
    """

    weights: Sequence[float]
    constant: float
    fitted: str
    points: Sequence[tuple[float, float]] = ()

    def probability(self, features: Features) -> float:
        total = self.constant + sum(map(float.__mul__, self.weights, features))
        return 1 / (1 + exp(-total))

    def calibrated(self, probability: float) -> float:
        """What is said to people. It rises with what the weights say; from VERY_LIKELY up it is that."""
        low, low_share = 0.0, 0.0
        for high, share in (*self.points, (VERY_LIKELY, VERY_LIKELY)):
            if probability < high:
                return low_share + (share - low_share) * (probability - low) / (high - low)
            low, low_share = high, share
        return probability


@cache
def model() -> Model:
    """The model that is installed. Raises KeyError when weights.yaml lacks a feature."""
    stored, points = _read("weights.yaml"), _read("calibration.yaml")["points"]
    weights: Mapping[str, float] = stored["weights"]
    return Model(
        [float(weights[name]) for name in Features._fields], float(stored["constant"]), stored["fitted"],
        [(float(said), float(share)) for said, share in points],
    )  # fmt: skip


def _read(name: str) -> Mapping[str, Any]:
    text = files("gateway.items.likeness").joinpath(name).read_text("utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found
