"""A refusal, and the row of the table that says what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.model import Problem

Party = Literal["caller", "gateway", "platform"]
Texts = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table. status: of HTTP.

    title: what happened, always the same sentence. action: what to do, what to tell the person, whom to ask.
    detail: what was seen; `{name}` is filled from the refusal's facts. Empty if there is nothing to add.
    """

    status: int
    party: Party
    stage: str
    title: Texts
    action: Texts
    detail: Texts = ("", "")


class Refusal(Exception):
    """A request that is answered with a problem document. `facts` fill texts and are shown as they are."""

    def __init__(
        self,
        code: str,
        /,
        *,
        problems: Sequence[Problem] = (),
        retry_after_s: int | None = None,
        **facts: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)
        self.retry_after_s = retry_after_s
        self.facts: Mapping[str, str | int] = facts


class NotActive(Exception):
    """There is no active release that holds what was asked for."""
