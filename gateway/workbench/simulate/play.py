"""What a simulated platform does with one request: takes it, knows it, refuses it, or goes wrong, by chance."""

import random
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from adapters.base import Adapter
from adapters.declared import Platform
from adapters.errors import Garbled
from adapters.message import Response
from gateway.workbench.misfits import Misfit
from gateway.workbench.samples import Odd, Sample, named, read
from gateway.workbench.simulate.numbers import numbered
from gateway.workbench.simulate.refusing import barring, refusing

FAULTS = {
    "refused": "a business no, by its sample; not taken",
    "later": "asks to come back later, by its sample; not taken",
    "barred": "our credential, by its sample; not taken",
    "expired_secret": "ends every session secret, and bars until a new one is fetched; not taken",
    "reset": "hangs up before anything is taken",
    "drop": "takes, and hangs up without an answer",
    "slow": "takes, and answers after some seconds",
    "bad_gateway": "502 of a proxy; not taken",
    "garbage": "takes, and answers something that nobody described",
}
SLOW_S = 3.0
_NO_SAMPLE = 501


@dataclass(frozen=True, slots=True)
class Act:
    """What is done. response: None hangs up. after_s: how long it takes."""

    outcome: str
    response: Response | None
    after_s: float = 0.0


@dataclass(slots=True)
class Play:
    """One simulated platform. faults: name -> share of writes (0 to 1) that meet it."""

    platform: Platform
    adapter: Adapter
    samples: Mapping[str, list[Sample]]
    faults: Mapping[str, float]
    chance: random.Random
    number_form: re.Pattern[str]
    taken: dict[tuple[str, str], str] = field(default_factory=dict)  # (operation, our number) -> theirs
    counts: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)  # OPERATION: PATH WHAT -> how often
    _serial: int = 0

    def act(self, operation: str, number: str) -> Act:
        """On one request for an operation of the platform; number: ours, "" where none was found."""
        declared = self.platform.operations[operation]
        act = self._asked(operation, number) if declared.is_read(operation) else self._sent(operation, number)
        self.counts[act.outcome] += 1
        return act

    def bar(self, operation: str, why: str, soap: str) -> Act:
        """On one that is not let in. soap: the namespace of its envelope, "" for none."""
        self.counts["barred"] += 1
        if self._sample(operation, "barred") is not None:
            return Act(f"barred: {why}", self._answer(operation, "barred"))
        return Act(f"barred: {why}", barring(soap))

    def turn_down(self, operation: str, misfits: list[Misfit], soap: str) -> Act:
        """On one that the contract does not allow; nothing is taken.

        Not by the sample of `refused` where a probe asks so: there it says that they have no such case.
        """
        self.counts["unfit"] += 1
        self.unfit.update(f"{operation}: {each}" for each in misfits)
        probes = {each.probe.ask for each in self.platform.operations.values() if each.probe}
        if operation not in probes and self._sample(operation, "refused") is not None:
            return Act("unfit", self._answer(operation, "refused"))
        return Act("unfit", refusing(soap, str(misfits[0])))

    def _sent(self, operation: str, number: str) -> Act:
        fault = self._fault()
        if fault in ("barred", "expired_secret"):
            return Act(fault, self._answer(operation, "barred"))
        if fault in ("refused", "later"):
            return Act(fault, self._answer(operation, fault))
        if fault == "reset":
            return Act("reset", None)
        if fault == "bad_gateway":
            return Act(
                "bad_gateway", Response(502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>")
            )
        outcome, response = self._take(operation, number)
        if fault == "drop":
            return Act(f"{outcome}, answer lost", None)
        if fault == "garbage":
            return Act(
                f"{outcome}, garbage", Response(200, {"Content-Type": "text/html"}, b"<html>\xb3\xc9</html>")
            )
        return Act(outcome, response, SLOW_S if fault == "slow" else 0.0)

    def _fault(self) -> str | None:
        drawn = self.chance.random()
        for name, share in self.faults.items():
            if drawn < share:
                return name
            drawn -= share
        return None

    def _take(self, operation: str, number: str) -> tuple[str, Response]:
        declared = self.platform.operations[operation]
        before = (operation, number) in self.taken  # what comes to the case later is no second case
        if before and declared.repeatable:
            return "already", self._answer(operation, "already", number)
        outcome = "doubled" if number and before else "taken"
        self._serial += 1
        if number:
            self.taken[operation, number] = self._reference(operation)
        return outcome, self._answer(operation, "taken", number)

    def _asked(self, operation: str, number: str) -> Act:
        """About a case: by the samples of a probe's answers where there are some."""
        known = self._theirs(operation, number) is not None
        for verdict in ("landed", "taken") if known else ("absent", "refused"):
            if self._sample(operation, verdict) is not None:
                return Act(
                    f"asked, {'known' if known else 'unknown'}", self._answer(operation, verdict, number)
                )
        return Act("asked, no sample", self._answer(operation, "taken" if known else "refused", number))

    def _theirs(self, operation: str, number: str) -> str | None:
        """Their number for what was written of this case by the operation; to a question, for the case itself."""
        of_case = (each for (_, ours), each in self.taken.items() if ours == number)
        return self.taken.get((operation, number)) or next(of_case, None)

    def _sample(self, operation: str, verdict: str) -> Sample | None:
        return next((each for each in self.samples.get(operation, ()) if each.verdict == verdict), None)

    def _answer(self, operation: str, verdict: str, number: str = "") -> Response:
        """The sample, with the numbers of this case instead of those in it."""
        sample = self._sample(operation, verdict)
        if sample is None:
            text = f"samples/{operation}.{verdict}.json is needed to simulate this"
            return Response(_NO_SAMPLE, {"Content-Type": "text/plain"}, text.encode())
        body = sample.response.body
        theirs = self._written_reference(sample)
        if theirs and (known := self._theirs(operation, number)):
            body = body.replace(theirs.encode(), known.encode())
        if number:
            body = re.sub(self.number_form.pattern.encode(), number.encode(), body)
        return Response(sample.response.status, sample.response.headers, body)

    def _written_reference(self, sample: Sample) -> str:
        try:
            return self.adapter.judged(sample.response, sample.operation, sample.probes).reference or ""
        except Garbled:
            return ""

    def _reference(self, operation: str) -> str:
        """A number of theirs like the one in the sample, another one for every case."""
        sample = self._sample(operation, "taken")
        return numbered(self._written_reference(sample) if sample else "", self._serial)


def samples_of(files: Mapping[str, str]) -> dict[str, list[Sample]]:
    """By operation; what is no sample is left to the check."""
    found: dict[str, list[Sample]] = {}
    for file in sorted(files):
        if named(file) is not None:
            try:
                sample = read(file, files[file])
            except Odd:
                continue
            found.setdefault(sample.operation, []).append(sample)
    return found


def shares(text: str, known: Collection[str] = tuple(FAULTS)) -> dict[str, float]:
    """`drop=5,later=10`, in percent of the writes. Raises ValueError with what is wrong."""
    found: dict[str, float] = {}
    for each in filter(None, text.split(",")):
        written, _, percent = each.partition("=")
        name = written.replace("-", "_")
        if name not in known:
            raise ValueError(f"no fault '{written}': write one of {', '.join(known)}")
        try:
            found[name] = float(percent) / 100
        except ValueError:
            raise ValueError(f"'{each}' has no share: write {written}=5 for five in a hundred") from None
    if any(share < 0 for share in found.values()) or sum(found.values()) > 1:
        raise ValueError("the shares are more than a hundred in all, or less than nothing")
    return found
