"""What is required over there against what is at hand: one pure judgement, for preflight and for the form.

Materials meet by code, or by a declared row; by name only where the guide gives no code, and then as names are
compared (gateway.items.likeness.fold).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from gateway.guides.guide import RequiredMaterial
from gateway.items.likeness.fold import fold
from gateway.needs.problems import Lack
from gateway.needs.stands import Stands

TRUST = "ABCD"
PAPER = ("original", "copy", "paper")
ORIGINALS = ("original", "paper")
Material = Mapping[str, Any]


class Wanted(NamedTuple):
    """One required material, with everything that may answer it.

    codes:   of materials in a case; names: folded, only where it has no code.
    instead: what may stand for it; necessity as in RequiredMaterial.
    """

    required: RequiredMaterial
    codes: tuple[str, ...]
    names: tuple[str, ...]
    instead: tuple[str, ...]
    exempt: bool = False

    @property
    def called(self) -> str:
        return self.required.code or self.required.name

    @property
    def asked(self) -> bool:
        """Whether something has to be given: a file, or what may stand for it."""
        return not self.exempt and self.required.necessity != "optional"

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that are taken; originals alone where no copy is asked for."""
        if self.required.form == "electronic":
            return ("electronic", "original", "copy", "paper")
        paper = ORIGINALS if self.required.originals and not self.required.copies else PAPER
        return paper if self.required.form == "paper" else ("electronic", *paper)

    @property
    def trusts(self) -> str:
        return TRUST[: TRUST.index(self.required.trust) + 1] if self.required.trust else TRUST

    def is_met_by(self, material: Material) -> bool:
        """Whether this material of a case is meant to answer it."""
        return material["code"] in self.codes or (bool(self.names) and fold(material["name"]) in self.names)


@dataclass(frozen=True)
class Demand:
    """What an item asks for on one day. known: whether there is a guide; without one nothing is claimed.

    listed: every material of every situation; rows: what stands for them, for the place that asks.
    """

    known: bool
    listed: tuple[RequiredMaterial, ...] = ()
    rows: tuple[Stands, ...] = ()

    @cached_property
    def situations(self) -> tuple[str, ...]:
        """情形 that must be asked for, as the materials differ by them."""
        return tuple(dict.fromkeys(each.situation for each in self.listed if each.situation))

    @cached_property
    def _remembered(self) -> dict[str, list[Wanted]]:
        return {}

    def wanted(self, situation: str) -> list[Wanted]:
        """In the order of the guide, each material once. Not to be changed."""
        known = situation if situation in self.situations else ""
        if known not in self._remembered:
            self._remembered[known] = self._of(known)
        return self._remembered[known]

    def _of(self, situation: str) -> list[Wanted]:
        found: dict[tuple[str, str], RequiredMaterial] = {}
        for each in self.listed:
            if each.situation in ("", situation):
                found.setdefault((each.code, each.name if not each.code else ""), each)
        return [self._wanted(each) for each in found.values()]

    def _wanted(self, required: RequiredMaterial) -> Wanted:
        rows = [each for each in self.rows if required.code and each.there_code == required.code]
        files = [each.here_code for each in rows if each.means == "file" and each.here_code]
        instead = [each.means for each in rows if each.means not in ("file", "exempt")]
        instead += ["owed"] if required.necessity == "may_be_owed" else []
        instead += ["licence"] if required.kind == "licence" else []  # 国务院令第716号第十条: of equal force
        return Wanted(
            required,
            (*((required.code,) if required.code else ()), *dict.fromkeys(files)),
            () if required.code else (fold(required.name),),
            tuple(sorted(set(instead))),
            any(each.means == "exempt" for each in rows),
        )


UNKNOWN = Demand(known=False)


def lacks(demand: Demand, document: Mapping[str, Any]) -> list[Lack]:
    """Everything that is missing or not enough; empty where no guide is known. The document's shape is sound."""
    if not demand.known:
        return []
    situation = document["item"].get("situation", "")
    found = list(_situation(demand, situation))
    for wanted in demand.wanted(situation):
        given = [(place, each) for place, each in enumerate(document["materials"]) if wanted.is_met_by(each)]
        if not given and wanted.asked:
            replaced = {"instead": ", ".join(wanted.instead)} if wanted.instead else {}
            facts = {"material": wanted.called, "name": wanted.required.name, **replaced}
            found.append(Lack("/materials", "material_missing", facts))
        found += _not_enough(wanted, given)
    return found


def _situation(demand: Demand, situation: str) -> Iterator[Lack]:
    if demand.situations and situation not in demand.situations:
        code = "situation_unknown" if situation else "situation_missing"
        yield Lack("/item/situation", code, {"allowed": ", ".join(demand.situations)})


def _not_enough(wanted: Wanted, given: Sequence[tuple[int, Material]]) -> Iterator[Lack]:
    for place, each in given:
        at = f"/materials/{place}"
        if instead := each.get("instead"):
            yield from _instead(wanted, instead["kind"], at)
        if not each.get("instead") or each["instead"]["kind"] == "licence":
            yield from _trust(wanted, each, at)
        if not each.get("instead"):
            yield from _form(wanted, each, at)
    if given:
        yield from _count(wanted, [each for _, each in given], f"/materials/{given[0][0]}/count")


def _instead(wanted: Wanted, kind: str, at: str) -> Iterator[Lack]:
    if kind in wanted.instead:
        return
    code = "material_owed_not_allowed" if kind == "owed" else "material_instead_not_allowed"
    facts = {"material": wanted.called, "found": kind}
    allowed = (
        {"allowed": ", ".join(wanted.instead), "instead": ", ".join(wanted.instead)} if wanted.instead else {}
    )
    yield Lack(f"{at}/instead/kind", code, {**facts, **allowed})


def _trust(wanted: Wanted, material: Material, at: str) -> Iterator[Lack]:
    if material["trust"] not in wanted.trusts:
        facts = {"material": wanted.called, "found": material["trust"], "allowed": wanted.required.trust}
        yield Lack(f"{at}/trust", "material_trust", facts)


def _form(wanted: Wanted, material: Material, at: str) -> Iterator[Lack]:
    """On paper means paper; electronic means that there are files, of whatever they were taken."""
    if wanted.required.form == "electronic" and not material["files"]:
        facts = {"material": wanted.called, "allowed": "electronic"}
        yield Lack(f"{at}/files", "material_form", facts)
    elif material["form"] not in wanted.forms:
        yield Lack(
            f"{at}/form", "material_form", {"material": wanted.called, "allowed": ", ".join(wanted.forms)}
        )


def _count(wanted: Wanted, given: Iterable[Material], at: str) -> Iterator[Lack]:
    """Sheets of paper are counted; a file is as good as any number of them."""
    sheets = list(given)
    if any(each["form"] == "electronic" or each.get("instead") for each in sheets):
        return
    originals = sum(each["count"] for each in sheets if each["form"] in ORIGINALS)
    every = sum(each["count"] for each in sheets)
    needed = wanted.required.originals + wanted.required.copies
    if every < needed or originals < wanted.required.originals:
        found = every if every < needed else originals
        least = needed if every < needed else wanted.required.originals
        yield Lack(at, "material_count", {"material": wanted.called, "found": found, "allowed": least})
