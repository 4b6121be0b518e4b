"""A page as people see it on a screen, and as a printer gets it."""

from pathlib import Path

from PIL import Image

from tests.browser import run

PIXELS = (900, 400)  # the head of a page, where its code stands


def seen(page: Path) -> Image.Image:
    """The page as it is seen on a screen, in grey."""
    picture = page.with_suffix(".png")
    size = ",".join(map(str, PIXELS))
    run(
        page.parent,
        f"--window-size={size}",
        "--force-device-scale-factor=2",
        f"--screenshot={picture}",
        page.as_uri(),
    )
    return Image.open(picture).convert("L")


def dark(picture: Image.Image) -> list[list[bool]]:
    width, height = picture.size
    raw = picture.tobytes()
    return [[raw[y * width + x] < 128 for x in range(width)] for y in range(height)]


def printed(page: Path) -> bytes:
    """The page as a PDF, as a printer gets it."""
    target = page.with_suffix(".pdf")
    run(page.parent, "--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri())
    return target.read_bytes()
