"""The real browser: one of this machine, else the one that `python -m tests.browser` brings.

A machine without any fails its tests: what nobody has looked at is not known to be right.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright
from playwright.sync_api import sync_playwright

from tests.waiting import LONGEST_S

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# with letters for Chinese: without them a picture shows boxes
PACKAGES = ("chromium", "fonts-noto-cjk")


@cache
def executable() -> str:
    """Its path. It must be asked for outside of an event loop."""
    found = _of_this_machine()
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    assert Path(found).is_file(), f"none of {', '.join(NAMES)} is installed: python -m tests.browser"
    return found


async def launched(playwright: Playwright, path: str) -> Browser:
    """The browser at this path, without a window; whoever starts it closes it."""
    return await playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-gpu"], timeout=LONGEST_S * 1000
    )


async def fresh(browser: Browser, **wanted: Any) -> BrowserContext:
    """Somebody's windows, as patient as all that waits in tests. wanted: locale, viewport and the like."""
    made = await browser.new_context(**wanted)
    made.set_default_timeout(LONGEST_S * 1000)
    return made


def run(folder: Path, *arguments: str) -> None:
    """Start it without a window, once, on a profile of its own in this folder."""
    command = [
        executable(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", *arguments,
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True, cwd=folder)


def bring() -> None:
    """See that there is one: by the machine's packages where we may install them, else by playwright's own."""
    if _of_this_machine():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=True)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def _of_this_machine() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


if __name__ == "__main__":
    bring()
