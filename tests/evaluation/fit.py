"""Fit the weights on the pairs labelled `tune`, and write them with where they come from.

python -m tests.evaluation.fit FOLDER
"""

import sys
from collections.abc import Sequence
from hashlib import sha256
from math import exp, log
from pathlib import Path

import yaml

import gateway.items.likeness.score as score
from gateway.items.likeness.features import Features, compare, weights
from tests.evaluation.lists import LABELS, Label, labels, subjects

WEIGHTS = Path(score.__file__).with_name("weights.yaml")
AGAINST = {
    "rest", "acts_wide", "acts_differ", "kind_differ", "objects_differ", "objects_extra", "marks_differ",
    "cases_differ", "department_differ", "type_differ", "service_differ",
}  # fmt: skip
ASSUMED = {"service_differ": -1.0, "basis_same": 1.5}  # no published list that is at hand holds them
LAST = "clear"
RIDGE, STEP, ROUNDS = 0.1, 2.0, 6_000
HEAD = """\
# Weights of the features in features.py, for score.py: the log-odds that each adds. Written by
# `python -m tests.evaluation.fit FOLDER`; not to be mended by hand. What they reach stands in docs/alignment.md.
# The signs are held to what the features mean (a difference never speaks for a pair); ridge {ridge}.
# assumed: not fitted, as no list at hand holds them.
"""


def measured(folder: Path, which: str, *, halves: bool) -> list[tuple[Label, Features]]:
    """The pairs of a set of labels whose lists are there, with their features."""
    known = subjects(folder, halves=halves)
    rarity: dict[tuple[str, str], dict[str, float]] = {}
    found = []
    for label in labels():
        here, there = known.get(label.here, {}), known.get(label.there, {})
        if label.set != which or label.here_code not in here or label.there_code not in there:
            continue
        lists = label.here, label.there
        if lists not in rarity:
            rarity[lists] = weights([*here.values(), *there.values()])
        found.append((label, compare(here[label.here_code], there[label.there_code], rarity[lists])))
    return found


def fitted(pairs: Sequence[tuple[Features, bool]]) -> tuple[float, dict[str, float]]:
    """The constant and the weights: ridge-penalised likelihood, signs held, by projected gradient steps.

    LAST is fitted by itself on top of the others, or it would take from them what orders the pairs without it.
    """
    names = [name for name in Features._fields if name not in (*ASSUMED, LAST)]
    rows = [[1.0, *(getattr(features, name) for name in (*names, LAST))] for features, _ in pairs]
    truths = [float(true) for _, true in pairs]
    held = [0.0] * len(rows[0])
    held[0] = log(sum(truths) / (len(truths) - sum(truths)))
    signed = ["", *names, LAST]
    for places in (range(len(held) - 1), [len(held) - 1]):
        for _ in range(ROUNDS):
            _step(rows, truths, held, places, signed)
    return held[0], dict(zip(signed[1:], held[1:], strict=True)) | ASSUMED


def _step(
    rows: Sequence[Sequence[float]], truths: Sequence[float], held: list[float], places: Sequence[int],
    signed: Sequence[str],
) -> None:  # fmt: skip
    wrong = [_logistic(row, held) - truth for row, truth in zip(rows, truths, strict=True)]
    for place in places:
        slope = sum(error * row[place] for error, row in zip(wrong, rows, strict=True))
        slope += RIDGE * held[place] if place else 0.0
        held[place] = _signed(held[place] - STEP * slope / len(rows), signed[place])


def _logistic(row: Sequence[float], held: Sequence[float]) -> float:
    return 1 / (1 + exp(-sum(map(float.__mul__, row, held))))


def _signed(value: float, name: str) -> float:
    if not name:
        return value
    return min(0.0, value) if name in AGAINST else max(0.0, value)


def main(folder: Path) -> int:
    pairs = measured(folder, "tune", halves=True)
    if not pairs:
        print(f"{folder}: none of the lists of the labelled pairs", file=sys.stderr)
        return 2
    constant, found = fitted([(features, label.is_true) for label, features in pairs])
    true = sum(label.is_true for label, _ in pairs)
    digest = sha256(LABELS.read_bytes()).hexdigest()[:16]
    about = f"{len(pairs)} pairs labelled tune, {true} true; labels.csv sha256 {digest}"
    written = {
        "fitted": about, "constant": round(constant, 3),
        "weights": {name: round(found[name], 3) for name in Features._fields}, "assumed": sorted(ASSUMED),
    }  # fmt: skip
    WEIGHTS.write_text(HEAD.format(ridge=RIDGE) + yaml.safe_dump(written, sort_keys=False), "utf-8")
    print(f"{WEIGHTS.name}: {about}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
