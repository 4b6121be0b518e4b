"""The real browser: one of this machine, else the one that `playwright install chromium` brings.

A machine without any fails its tests: what nobody has looked at is not known to be right.
"""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
LONGEST_S = 60


@cache
def executable() -> str:
    """Its path. It must be asked for outside of an event loop."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    assert Path(found).is_file(), f"none of {', '.join(NAMES)} is installed: playwright install chromium"
    return found


def run(folder: Path, *arguments: str) -> None:
    """Start it without a window, once, on a profile of its own in this folder."""
    command = [
        executable(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", *arguments,
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True, cwd=folder)
