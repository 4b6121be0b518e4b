"""A mapping against the contract of the platform: what is written exists there and fits, what is needed is fed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.contract import Part
from adapters.contract.kinds import TYPE
from gateway.workbench.choices import concrete
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.takes import fits, has_form, listed
from gateway.workbench.targets import Condition, Target
from gateway.workbench.texts import Texts, texts
from mappings.problems import Finding, nearest

_SHOWN = 12
_NUMBERS = {"integer": ("integer",), "decimal": ("number", "integer"), "boolean": ("boolean",)}


@dataclass(frozen=True, slots=True)
class Fit:
    """Holds one operation's targets against its message.

    typed: numbers must leave as numbers (JSON).    xml: the contract is an XML Schema, see `takes`.
    """

    operation: str
    typed: bool
    xml: bool = False

    def findings(self, root: Target, message: Part) -> Iterator[Graded]:
        yield from self._object(root, message, "")

    def _object(self, target: Target, part: Part, above: str) -> Iterator[Graded]:
        target, part, wrong = concrete(target, part, above)
        for where, what, write in wrong:
            yield self._told(where, Grade.BRONZE, what, write)
        known = {each.name: each for each in part.parts}
        for name, below in target.below.items():
            path = f"{above}.{name}" if above else name
            if name in known:
                yield from self._one(below, known[name], path)
            elif not (part.open or part.recursive or part.kind == "any"):
                write = nearest(name, known, f"one of {', '.join(sorted(known)[:_SHOWN]) or 'nothing'}")
                yield self._told(below, Grade.BRONZE, f"the contract has no '{path}'", write)
        yield from self._unfed(target, part, above)
        yield from self._choices(target, part, above)

    def _unfed(self, target: Target, part: Part, above: str) -> Iterator[Graded]:
        for each in part.parts:
            path = f"{above}.{each.name}" if above else each.name
            below = target.below.get(each.name)
            if not each.required or each.choice:
                continue
            if below is None:
                title = f" ({each.title})" if each.title else ""
                yield self._told(
                    target,
                    Grade.BRONZE,
                    f"'{path}'{title} is required there and not fed",
                    f"write {each.name}: …",
                )
            elif below.left_out and (each.fewest or not self._is_there(below)):
                what = f"'{path}' is required there, and left out when {_either(below.left_out)}"
                yield self._told(below, Grade.BRONZE, what, "feed it always, with a default after '?'", path)

    def _is_there(self, target: Target) -> bool:
        """In JSON an empty list is there, and so is an object that is made for one."""
        inside = target.below.values() if target.implied else ()
        return self.typed and (target.many or any(map(self._is_there, inside)))

    def _choices(self, target: Target, part: Part, above: str) -> Iterator[Graded]:
        for choice in dict.fromkeys(each.choice for each in part.parts if each.choice):
            sides = [each for each in part.parts if each.choice == choice]
            surely = [
                each.name for each in sides if (fed := target.below.get(each.name)) and not fed.left_out
            ]
            if len(surely) > 1:
                what = f"only one of {', '.join(surely)} may be there{f' in {above}' if above else ''}"
                yield self._told(
                    target.below[surely[1]], Grade.BRONZE, what, "leave the others out, or guard them"
                )
            elif all(each.required for each in sides) and not any(
                each.name in target.below for each in sides
            ):
                names = ", ".join(each.name for each in sides)
                yield self._told(
                    target, Grade.BRONZE, f"one of {names} is required there and none is fed", "feed one"
                )

    def _one(self, target: Target, part: Part, path: str) -> Iterator[Graded]:
        if target.many and not part.many:
            yield self._told(
                target, Grade.BRONZE, f"'{path}' stands there once, and this makes a list", "leave each: out"
            )
        if part.many and not target.many and self.typed and not _gives(target, "list"):
            yield self._told(target, Grade.BRONZE, f"'{path}' is a list there", "make it one with each:")
        if target.personal and not part.required:
            what = f"'{path}' is personal, and the platform does not require it"
            yield self._told(target, Grade.GOLD, what, "leave it out, or say what it is needed for", path)
        if _gives(target, "object") or (part.kind == "any" and TYPE not in target.below):
            return
        if target.below and (part.parts or part.abstract or TYPE in target.below):
            yield from self._object(target, part, path)
        elif target.below:
            if not (part.open or part.recursive):
                yield self._told(
                    target,
                    Grade.BRONZE,
                    f"'{path}' is one value there, and this makes an object",
                    "feed a value",
                )
        elif part.kind == "object" and part.parts and not any(each.name == "#text" for each in part.parts):
            names = ", ".join(each.name for each in part.parts[:_SHOWN])
            yield self._told(target, Grade.BRONZE, f"'{path}' is an object there", f"write fields: {names}")
        else:
            yield from self._value(target, part, path)

    def _value(self, target: Target, part: Part, path: str) -> Iterator[Graded]:
        if target.field is None:
            return
        gives = target.field.words[-1].gives if target.field.words else "text"
        wanted = _NUMBERS.get(part.kind)
        typed = self.typed and part.where in ("", "body")  # a path or a query holds texts
        if typed and wanted and gives not in wanted:
            yield self._told(
                target,
                Grade.BRONZE,
                f"'{path}' is {part.kind} there, and this gives {gives}",
                f"end the pipe with | {wanted[0]}",
            )
            return
        if typed and not wanted and gives in ("integer", "number", "boolean"):
            yield self._told(
                target,
                Grade.BRONZE,
                f"'{path}' is text there, and this gives {gives}",
                f"leave | {gives} out",
            )
            return
        yield from self._texts(target, part, path, texts(target.field, target.source))

    def _texts(self, target: Target, part: Part, path: str, known: Texts) -> Iterator[Graded]:
        if part.among:
            yield from self._among(target, part, path, known)
        elif part.longest is not None and (known.longest is None or known.longest > part.longest):
            grade = (
                Grade.BRONZE if self.typed else Grade.SILVER
            )  # SOAP is held against its types when it is sent
            yield self._told(
                target, grade, f"'{path}' takes {part.longest} characters, and this may be longer",
                f"end the pipe with | at_most({part.longest})", path,
            )  # fmt: skip
        yield from self._odd(target, part, path, known)

    def _odd(self, target: Target, part: Part, path: str, known: Texts) -> Iterator[Graded]:
        """Texts that are known beforehand, and of the right length, but of another form or kind."""
        short = [
            text for text in sorted(known.among or ()) if part.longest is None or len(text) <= part.longest
        ]
        odd = [text for text in short if not has_form(part, text, xml=self.xml)]
        if odd:
            what = f"'{path}' has the form {part.pattern} there; {listed(odd)} has not"
            yield self._told(target, Grade.BRONZE, what, "give another text", path)
        elif (not self.typed or part.kind in ("integer", "decimal")) and not part.among:
            odd = [text for text in short if not fits(part, text, xml=self.xml)]
            if odd:
                wanted = f"{part.form or part.kind} {part.range}".strip()
                what = f"'{path}' is {wanted} there; {listed(odd)} is not"
                yield self._told(target, Grade.BRONZE, what, "give another text", path)

    def _among(self, target: Target, part: Part, path: str, known: Texts) -> Iterator[Graded]:
        wanted = f"'{path}' is one of {listed(part.among)} there"
        if known.among is None:
            yield self._told(
                target, Grade.BRONZE, f"{wanted}, and this may be anything", 'add | table("…")', path
            )
        elif odd := sorted(known.among - set(part.among)):
            yield self._told(
                target, Grade.BRONZE, f"{wanted}, and this gives {listed(odd)}", "mend the codes", path
            )

    def _told(self, target: Target, grade: Grade, what: str, write: str, path: str = "") -> Graded:
        key = f"{self.operation}/{path}" if path else ""
        answer = f', or write exempt: {{"{key}": why}}' if path else ""
        site = target.site
        return Graded(grade, Finding(site.file, site.line, site.column, what, write + answer), key)


def _gives(target: Target, kind: str) -> bool:
    return bool(target.field and target.field.words and target.field.words[-1].gives == kind)


def _either(conditions: Iterable[Condition]) -> str:
    return " or ".join(map(str, conditions))
