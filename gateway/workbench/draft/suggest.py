"""What may feed a target of the contract, why, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.contract import Part
from gateway.workbench.draft.vocabulary import Candidate, candidates, head, words
from mappings.canonical.shape import Shape

SURE = 4.0  # two things that agree, or its full Chinese name
GUESS = 2.0
_CLOSE = 0.5
_DATES = frozenset({"received_at", "admitted_at", "at", "birth_date", "expires_on"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """source: the start of an expression. why: what speaks for it. sure: nobody needs to be asked."""

    candidate: Candidate
    why: str
    weight: float
    other: str = ""  # what is nearly as likely

    @property
    def sure(self) -> bool:
        return self.weight >= SURE and not self.other


def suggestion(
    part: Part, *, inside: str = "", holder: str = "", root: Shape | None = None
) -> Suggestion | None:
    """The likeliest source of a target; None if nothing speaks for any.

    inside: the list whose elements are being made. holder: the person whom the object around describes.
    """
    weighed = sorted(_joined(_weighed(part, candidates(inside), holder, root)), key=lambda one: -one.weight)
    if not weighed or weighed[0].weight < GUESS:
        return None
    best, second = weighed[0], weighed[1] if len(weighed) > 1 else None
    if second is not None and best.weight - second.weight < _CLOSE:
        return Suggestion(best.candidate, best.why, best.weight, second.candidate.source)
    return best


def _joined(found: Iterable[Suggestion]) -> Iterable[Suggestion]:
    """What speaks for one source in several ways, its name and its documentation, counts together."""
    by_source: dict[str, list[Suggestion]] = {}
    for one in found:
        by_source.setdefault(one.candidate.source, []).append(one)
    for several in by_source.values():
        best = max(several, key=lambda one: one.weight)
        rest = sum(one.weight for one in several if one is not best and one.weight > 0)
        why = "；".join(dict.fromkeys(reason for one in several for reason in one.why.split("；")))
        yield Suggestion(best.candidate, why, best.weight + rest / 2)


def _weighed(part: Part, among: Iterable[Candidate], holder: str, root: Shape | None) -> Iterable[Suggestion]:
    for candidate in among:
        why, weight = _said(part, candidate)
        if not why:
            continue
        if holder and candidate.holder == holder:
            weight += 1.0
        elif holder and candidate.holder:
            weight -= 2.0
        elif not candidate.whole:  # 姓名 alone is the applicant's, most likely
            weight -= 1.0 if candidate.holder == "applicant" else 3.0
        weight += _kinds(part, candidate, root)
        yield Suggestion(candidate, "；".join(why), weight)


def _said(part: Part, candidate: Candidate) -> tuple[list[str], float]:
    """What of names and documentation speaks for a candidate, and how much."""
    why: list[str] = []
    weight = 0.0
    title, name = head(part.title), part.name.lstrip("@").lower()
    if title in candidate.terms:
        why.append(f"文档称“{title}”")
        weight += 4.0
    elif title and (inside := max((term for term in candidate.terms if term in title), key=len, default="")):
        why.append(f"文档中有“{inside}”")
        weight += 1.0 + len(inside) / 4
    for term, initials in candidate.terms.items():
        if name == initials:
            why.append(f"{part.name} 是“{term}”的拼音首字母")
            weight += {2: 1.5, 3: 2.5}.get(len(initials), 3.0)
            break
    spelt = words(part.name)
    if spelt in candidate.names:
        why.append(f"{part.name} 即 {spelt}")
        weight += 4.0 if " " in spelt else 2.5  # two words that agree are no accident
    return why, weight


def _kinds(part: Part, candidate: Candidate, root: Shape | None) -> float:
    """Whether the types agree: codes against codes, dates against dates."""
    is_date = part.kind in ("date", "time")
    weight = 0.0
    if is_date or candidate.leaf in _DATES:
        weight += 0.5 if is_date and candidate.leaf in _DATES else -1.0 if is_date else 0.0
    found = followed(root, candidate.source)
    if part.among and found is not None:
        weight += 1.0 if "enum" in found.part or found.part.get("type") == "boolean" else -0.5
    return weight


def followed(root: Shape | None, source: str) -> Shape | None:
    """The canonical shape of an absolute path; None for what is read from an element."""
    found = root
    for step in source.split(" ")[0].split("."):
        if found is None or not step:
            return None
        if found.kind == "list":
            found = found.element()
        found = found.field(step)
    return found
