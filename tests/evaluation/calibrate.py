"""Say no more than is so: what share of suggestions was right, by what the weights alone make of them.

python -m tests.evaluation.calibrate FOLDER

Fitted on pairs that the scorer drew itself, as it does in use (`fresh`, `near`), below "very likely"; written to
calibration.yaml. Shares grow with what the weights say: neighbours that do not are pooled.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import yaml

import gateway.items.likeness.score as score
from gateway.items.likeness.score import VERY_LIKELY
from tests.evaluation.figures import scored

CALIBRATION = Path(score.__file__).with_name("calibration.yaml")
SETS = ("fresh", "near")
EDGES = (0.0, 0.05, 0.5, 0.65, 0.8, VERY_LIKELY)
HEAD = """\
# What share of suggestions was right, by what the weights alone say: [said by the weights, right], straight lines
# between. Written by `python -m tests.evaluation.calibrate FOLDER`; not to be mended by hand. From 0.95 up the
# weights are believed. How it holds on other pairs stands in docs/alignment.md.
"""


def points(found: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """(mean of what was said, share that is true) of each bin below VERY_LIKELY, rising in both."""
    pooled: list[list[tuple[float, bool]]] = []
    for low, high in pairwise(EDGES):
        inside = [each for each in found if low <= each[0] < high]
        if inside:
            pooled.append(inside)
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            last = pooled.pop()
            pooled[-1] = pooled[-1] + last
    return [(round(sum(said for said, _ in each) / len(each), 3), round(_share(each), 3)) for each in pooled]


def _share(pairs: Sequence[tuple[float, bool]]) -> float:
    """One true and one false pair more: of none and of all nothing is certain."""
    return (sum(true for _, true in pairs) + 1) / (len(pairs) + 2)


def main(folder: Path) -> int:
    found = [(said, label.is_true) for which in SETS for label, said in scored(folder, which, plain=True)]
    if not found:
        print(f"{folder}: none of the lists of the labelled pairs", file=sys.stderr)
        return 2
    about = f"{len(found)} pairs labelled {' and '.join(SETS)}"
    written = {"fitted": about, "points": [list(each) for each in points(found)]}
    text = yaml.safe_dump(written, sort_keys=False, default_flow_style=None)
    CALIBRATION.write_text(HEAD + text, "utf-8")
    print(f"{CALIBRATION.name}: {about}: {written['points']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
