"""Reading a QR code off a picture, by ISO/IEC 18004 and nothing of the library that drew it.

For upright codes on white paper, as a browser draws them: versions 1 to 6, level M, one segment. Damage is not
mended: a wrong module is a wrong text.
"""

from collections.abc import Iterator, Sequence

Grid = Sequence[Sequence[bool]]
_BLOCKS = {
    1: (1, 16),
    2: (1, 28),
    3: (1, 44),
    4: (2, 32),
    5: (2, 43),
    6: (4, 27),
}  # level M: blocks of codewords
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FORMAT_MASK, _LEVEL_M = 0b101010000010010, 0b00
_MASKS = (
    lambda y, x: (y + x) % 2 == 0, lambda y, x: y % 2 == 0, lambda y, x: x % 3 == 0, lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0, lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0, lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)  # fmt: skip


def text_in(picture: Grid) -> str:
    """The text of the one code on a picture; True is dark."""
    return text_of(modules(picture))


def modules(picture: Grid) -> list[list[bool]]:
    """The modules of the code: found by its three eyes, sampled at their middles."""
    eyes = _eyes(picture)
    left, top = min(x for x, _, _ in eyes), min(y for _, y, _ in eyes)
    right, width = max(x for x, _, _ in eyes), sum(w for _, _, w in eyes) / len(eyes)
    side = round((right - left) / width) + 7
    size = 17 + 4 * round((side - 17) / 4)
    pitch = (right - left) / (size - 7)
    zero_x, zero_y = left - 3 * pitch, top - 3 * pitch
    return [
        [bool(picture[round(zero_y + y * pitch)][round(zero_x + x * pitch)]) for x in range(size)]
        for y in range(size)
    ]


def _eyes(picture: Grid) -> list[tuple[float, float, float]]:
    """(x, y, width of a module) of the three finder patterns: 1:1:3:1:1 along a row and along its column."""
    found: list[list[tuple[float, float, float]]] = []
    columns = list(zip(*picture, strict=True))
    for y, row in enumerate(picture):
        for x, module in _crossings(row):
            down = [
                (at, m)
                for at, m in _crossings(columns[round(x)])
                if abs(at - y) <= m and 0.7 < m / module < 1.4
            ]
            for at, _ in down:
                near = next(
                    (each for each in found if abs(each[0][0] - x) + abs(each[0][1] - at) < 3 * module), None
                )
                (found.append([]) or found[-1] if near is None else near).append((x, at, module))
    assert len(found) >= 3, f"{len(found)} eyes"
    eyes = sorted(found, key=len, reverse=True)[:3]  # three modules high; what else looks like one is less
    return [
        (_mean(xs), _mean(ys), _mean(widths)) for xs, ys, widths in (zip(*each, strict=True) for each in eyes)
    ]


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _crossings(line: Sequence[bool]) -> Iterator[tuple[float, float]]:
    """Where a line crosses the middle of an eye, and the width of a module there."""
    runs: list[tuple[int, int]] = []  # begin, length; beginning with the first dark one
    begin = 0
    for place in range(1, len(line) + 1):
        if place == len(line) or line[place] != line[begin]:
            if runs or line[begin]:
                runs.append((begin, place - begin))
            begin = place
    for first in range(0, len(runs) - 4, 2):
        lengths = [length for _, length in runs[first : first + 5]]
        module = sum(lengths) / 7
        if all(
            abs(length - wanted * module) <= 0.5 * module
            for length, wanted in zip(lengths, (1, 1, 3, 1, 1), strict=True)
        ):
            yield runs[first][0] + sum(lengths) / 2 - 0.5, module


def text_of(code: Grid) -> str:
    size = len(code)
    version = (size - 17) // 4
    bits = 0
    for x, y in [*((x, 8) for x in (0, 1, 2, 3, 4, 5, 7)), *((8, y) for y in (8, 7, 5, 4, 3, 2, 1, 0))]:
        bits = bits << 1 | code[y][x]
    known = bits ^ _FORMAT_MASK
    assert known >> 13 == _LEVEL_M, "not level M"
    mask = _MASKS[known >> 10 & 0b111]
    stream = [code[y][x] ^ mask(y, x) for y, x in _way(size) if not _is_fixed(y, x, size, version)]
    words = [int("".join(map(str, map(int, stream[n : n + 8]))), 2) for n in range(0, len(stream) - 7, 8)]
    return _decoded(_in_order(words, version), version)


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down by turns; the column of the timing pattern is left out."""
    upwards = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for y in range(size - 1, -1, -1) if upwards else range(size):
            yield from ((y, right), (y, right - 1))
        upwards = not upwards


def _is_fixed(y: int, x: int, size: int, version: int) -> bool:
    if (y <= 8 and (x <= 8 or x >= size - 8)) or (y >= size - 8 and x <= 8) or y == 6 or x == 6:
        return True
    eye = size - 7  # the one alignment pattern of versions 2 to 6
    return version > 1 and abs(y - eye) <= 2 and abs(x - eye) <= 2


def _in_order(words: Sequence[int], version: int) -> list[int]:
    blocks, each = _BLOCKS[version]
    return [words[place * blocks + block] for block in range(blocks) for place in range(each)]


def _decoded(words: Sequence[int], version: int) -> str:
    bits = "".join(f"{word:08b}" for word in words)

    def take(count: int) -> int:
        nonlocal bits
        taken, bits = bits[:count], bits[count:]
        return int(taken, 2)

    mode = take(4)
    if mode == 0b0100:
        return bytes(take(8) for _ in range(take(8))).decode()
    assert mode == 0b0010, f"mode {mode}"
    count, found = take(9), ""
    for _ in range(count // 2):
        pair = take(11)
        found += _SIGNS[pair // 45] + _SIGNS[pair % 45]
    return found + (_SIGNS[take(6)] if count % 2 else "")
