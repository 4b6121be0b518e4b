"""`make evaluate LISTS=FOLDER`: what the scorer reaches on the labelled pairs, into docs/alignment.md.

python -m tests.evaluation FOLDER [--write]
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from gateway.items.likeness.score import VERY_LIKELY, model
from tests.evaluation.figures import FIRST, THRESHOLDS, Figures, Share, figures
from tests.evaluation.lists import LABELS, labels

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("alignment.md", "alignment.zh-CN.md")
PLOT = "alignment-calibration.svg"
MARKED = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)
SETS = (
    ("tune", ("tune",)), ("test", ("test",)), ("second", ("second",)), ("third", ("third",)),
    ("fresh", ("fresh",)), ("near", ("near",)), ("fresh and near", ("fresh", "near")),
    ("drawn", ("drawn",)), ("below", ("below",)),
    ("all but tune", ("test", "second", "third", "fresh", "near", "drawn", "below")),
)  # fmt: skip
CALIBRATED = -4, -2  # of SETS: which are shown by what was said: those it is fitted on, and those it is not


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="where the published lists are")
    asked.add_argument("--write", action="store_true", help="into docs/")
    options = asked.parse_args()
    found = [(title, figures(options.folder, *sets)) for title, sets in SETS]
    if not found[0][1].pairs:
        print(f"{options.folder}: none of the lists that {LABELS.name} names", file=sys.stderr)
        return 2
    table = "\n".join(_table(found))
    print(table)
    if options.write:
        _plot([found[place] for place in CALIBRATED], DOCS / PLOT)
        for page in PAGES:
            _put(DOCS / page, table)
    return 0


def _table(found: list[tuple[str, Figures]]) -> list[str]:
    total = len(labels())
    used = found[0][1].pairs + found[-1][1].pairs
    rows = [
        f"{used} of {total} labelled pairs, of lists that were there. Weights: {model().fitted}.",
        "",
        "| | " + " | ".join(title for title, _ in found) + " |",
        "|---" * (len(found) + 1) + "|",
        _row("labelled pairs", found, lambda each: str(each.pairs)),
        *(row for place in range(len(THRESHOLDS)) for row in _above(found, place)),
        _row(
            f"true pairs with fewer than {FIRST} false ones before them",
            found,
            lambda each: _share(each.found),
        ),
        _row(f"items whose first {FIRST} hold a true one", found, lambda each: _share(each.items)),
    ]
    return [*rows, *(line for place in CALIBRATED for line in _calibration(*found[place]))]


def _calibration(title: str, found: Figures) -> list[str]:
    head = ["", f"| {title}: said, on average | true | of | share |", "|---|---|---|---|"]
    return [*head, *(f"| {mean:.2f} | {s.good} | {s.of} | {s.share:.2f} |" for mean, s in found.bins)]


def _above(found: list[tuple[str, Figures]], place: int) -> list[str]:
    least = THRESHOLDS[place]
    return [
        _row(f"precision from {least} up", found, lambda each: _share(each.above[place].precision)),
        _row(
            "… its Wilson lower bound, 95 %",
            found,
            lambda each: f"**{each.above[place].precision.least:.3f}**",
        ),
        _row("… where only `same` counts as true", found, lambda each: _share(each.above[place].strictly)),
        _row("… true pairs that lie there", found, lambda each: _share(each.above[place].reach)),
        _row("… suggested there and read by nobody", found, lambda each: str(each.above[place].unread)),
    ]


def _row(title: str, found: list[tuple[str, Figures]], shown: Callable[[Figures], str]) -> str:
    return f"| {title} | " + " | ".join(shown(each) for _, each in found) + " |"


def _share(share: Share) -> str:
    return f"{share.good}/{share.of} = {share.share:.3f}"


def _plot(shown: list[tuple[str, Figures]], path: Path) -> None:
    """What was said against what is true, with Wilson intervals; a larger point stands for more pairs."""
    plt.rcParams["svg.hashsalt"] = "alignment"  # the same figures give the same file
    drawn, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], linewidth=0.8, linestyle="--", color="grey")
    for color, (title, found) in zip(("tab:orange", "tab:blue"), shown, strict=True):
        _points(axes, found, color, title)
    axes.axvline(VERY_LIKELY, linewidth=0.8, color="tab:red")
    axes.set(
        xlabel="probability that was said",
        ylabel="share that is true",
        xlim=(-0.02, 1.04),
        ylim=(-0.02, 1.04),
    )
    axes.set_title("calibration on pairs that nothing was fitted on", size=10)
    axes.legend(loc="upper left", fontsize=8)
    drawn.tight_layout()
    drawn.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(drawn)


def _points(axes: Axes, found: Figures, color: str, title: str) -> None:
    for mean, share in found.bins:
        least, most = share.least, 1 - Share(share.of - share.good, share.of).least
        axes.plot([mean, mean], [least, most], color=color, linewidth=1)
        axes.scatter([mean], [share.share], s=12 + share.of / 4, color=color, alpha=0.8)
        axes.annotate(
            f"{share.good}/{share.of}",
            (mean, share.share),
            xytext=(7, -9),
            textcoords="offset points",
            size=7,
            color=color,
        )
    axes.scatter([], [], color=color, label=title)


def _put(page: Path, table: str) -> None:
    text = page.read_text("utf-8")
    page.write_text(MARKED.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
