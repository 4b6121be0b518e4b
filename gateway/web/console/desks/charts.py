"""Charts as inline SVG: drawn here, coloured by the style sheet, with no script and nothing from elsewhere.

Every text is escaped and every number reckoned here, so whatever a label holds is shown and does nothing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

WIDTH, LEFT, RIGHT, TOP = 640, 44, 8, 10
HEIGHT, BOTTOM = 220, 24  # of upright bars
LINE, LABEL = 30, 180  # of lying ones
MOST_LABELS, LONGEST_LABEL = 8, 24
# there are hundreds of them on a page: `%` escapes as `format` does, in a third of the time
_RECT = Markup('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>')


class Bar(NamedTuple):
    """One bar of parts, one upon the other in the order of the legend."""

    label: str
    parts: tuple[float, ...]


def upright(title: str, bars: Sequence[Bar], tones: Sequence[str]) -> Markup:
    """Stacked bars side by side: how something went over days. tones: a class for each part."""
    top = nice(max((sum(bar.parts) for bar in bars), default=0))
    return _drawn(title, HEIGHT, [*_grid(top), *_columns(bars, tones, top)])


def lying(title: str, bars: Sequence[Bar], tones: Sequence[str], *, stacked: bool = True) -> Markup:
    """Bars one below the other: how things compare. stacked False: the parts lie below each other, too."""
    widths = [sum(bar.parts) if stacked else max(bar.parts, default=0) for bar in bars]
    top, height = nice(max(widths, default=0)), TOP + LINE * len(bars)
    return _drawn(title, height, _lines(bars, tones, top, stacked=stacked))


def nice(most: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 … (or a part of one) that nothing goes beyond."""
    if most <= 0:
        return 1.0
    step = 1.0
    while step < most:
        step *= 10
    while step / 10 >= most:
        step /= 10
    return next((step * part for part in (0.2, 0.5) if most <= step * part), step)


def _drawn(title: str, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">{}</svg>'
    ).format(WIDTH, height, title, Markup("").join(parts))


def _grid(top: float) -> Iterator[Markup]:
    for part in (0, 0.5, 1):
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * part
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
            LEFT, WIDTH - RIGHT, y, y
        )
        yield Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            LEFT - 6, y + 4, short(top * part)
        )


def _columns(bars: Sequence[Bar], tones: Sequence[str], top: float) -> Iterator[Markup]:
    room = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
    every = -(-len(bars) // MOST_LABELS)
    for place, bar in enumerate(bars):
        x, y = LEFT + room * place, float(HEIGHT - BOTTOM)
        for tone, part in zip(tones, bar.parts, strict=True):
            tall = (HEIGHT - BOTTOM - TOP) * part / top
            y -= tall
            if part:
                yield _rect(tone, (x + room * 0.14, y, room * 0.72, tall), f"{bar.label}: {short(part)}")
        if place % every == 0:
            yield Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                x + room / 2, HEIGHT - 6, bar.label
            )


def _lines(bars: Sequence[Bar], tones: Sequence[str], top: float, *, stacked: bool) -> list[Markup]:
    drawn, room = list[Markup](), WIDTH - LABEL - 64
    for place, bar in enumerate(bars):
        y, x = TOP + LINE * place, float(LABEL)
        drawn.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LABEL - 8, y + 17, _cut(bar.label)
            )
        )
        tall = 20 / (1 if stacked else max(len(bar.parts), 1))
        for number, (tone, part) in enumerate(zip(tones, bar.parts, strict=True)):
            at = (x if stacked else LABEL, y + 3 + (0 if stacked else tall * number), room * part / top)
            if part:
                drawn.append(_rect(tone, (*at, tall - 1), f"{bar.label}: {short(part)}"))
            x += at[2]
        end = x if stacked else LABEL + room * max(bar.parts, default=0) / top
        said = short(sum(bar.parts)) if stacked else " → ".join(map(short, bar.parts))
        drawn.append(Markup('<text x="{:.1f}" y="{}">{}</text>').format(end + 6, y + 17, said))
    return drawn


def _rect(tone: str, place: tuple[float, float, float, float], said: str) -> Markup:
    x, y, wide, tall = place
    return _RECT % (tone, x, y, wide, tall, said)


def _cut(label: str) -> str:
    """Chinese characters are as wide as two of the others."""
    wide = 0
    for place, each in enumerate(label):
        wide += 2 if each > "\u2e7f" else 1
        if wide > LONGEST_LABEL:
            return label[:place] + "…"
    return label


def short(number: float) -> str:
    """As few digits as say it."""
    return (
        f"{number:.0f}"
        if number == int(number) or number < 0.005
        else f"{number:.1f}"
        if number >= 1
        else f"{number:.2f}"
    )
