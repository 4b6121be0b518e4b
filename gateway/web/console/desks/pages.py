"""The addresses of the desks: every list as a page and as a sheet, and what is done at them."""

from collections.abc import Iterator

from gateway.web.console import asking, readers
from gateway.web.console.asked import HOME, Page
from gateway.web.console.desks import (
    accounts,
    agreed,
    changes,
    checkpoints,
    deferred,
    figures,
    health,
    held,
    late,
    platform,
    review,
    saved,
    work,
)
from gateway.web.console.roll import Roll, page
from gateway.web.console.sheets import SHEETS, sheet

ROLLS: tuple[Roll, ...] = (
    held.ROLL, deferred.ROLL, late.OVERDUE, late.UNSIGNED, health.ROLL, review.ROLL, agreed.ROLL, changes.ROLL,
    checkpoints.ROLL, accounts.ROLL, work.ROLL, saved.ROLL, asking.ROLL,
)  # fmt: skip
# lists beside others, or on a page that is about something else
PARTS: tuple[Roll, ...] = (
    *figures.TABLES, checkpoints.CERTIFICATES, platform.ANSWERS, platform.DRIFT, readers.ROLL,
)  # fmt: skip
_OWN = {"review": review.show, "checkpoints": checkpoints.show, "accounts": accounts.show, "work": work.show}


def _rolls() -> Iterator[Page]:
    for roll in ROLLS:
        yield Page("GET", f"{HOME}/{roll.name}", _OWN.get(roll.name) or page(roll), roll.name)
    for roll in (*ROLLS, *PARTS):
        for form in SHEETS:
            yield Page("GET", f"{roll.address}.{form}", sheet(roll, form), roll.name)


DESK_PAGES: tuple[Page, ...] = (
    *_rolls(),
    Page("GET", f"{HOME}/held/{{id}}", held.one, "held"),
    Page("POST", f"{HOME}/held/{{id}}", held.settle, "settle"),
    Page("GET", f"{HOME}/health/{{id}}", platform.show, "health"),
    Page("POST", f"{HOME}/review", review.decide, "align"),
    Page("GET", f"{HOME}/checkpoints/{{id}}", checkpoints.take, "checkpoints"),
    Page("GET", f"{HOME}/certificates/{{id}}", checkpoints.take_certificate, "checkpoints"),
    Page("GET", f"{HOME}/figures", figures.show, "figures"),
    Page("POST", f"{HOME}/saved", saved.keep, "saved"),
    Page("GET", f"{HOME}/saved/{{id}}", saved.open_again, "saved"),
    Page("POST", f"{HOME}/saved/remove", saved.remove, "saved"),
    Page("POST", f"{HOME}/accounts", accounts.act, "accounts"),
    Page("GET", f"{HOME}/work/{{id}}", work.one, "work"),
    Page("POST", f"{HOME}/work/{{id}}", work.act, "work"),
    Page("GET", f"{HOME}/work/{{id}}/prints/{{print}}", work.printed, "work"),
)
