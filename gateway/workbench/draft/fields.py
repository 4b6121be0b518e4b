"""A drafted mapping file: every target of the contract, fed by what is likeliest, with the reason beside it."""

from dataclasses import dataclass, field, replace

from adapters.contract import Part
from adapters.contract.kinds import TYPE
from gateway.workbench.draft.lines import Lines, Questions
from gateway.workbench.draft.suggest import Suggestion, followed, suggestion
from gateway.workbench.draft.tables import Tables
from gateway.workbench.draft.vocabulary import holder_of, list_of
from mappings.canonical.shape import Shape

_PERSON = frozenset({"applicant", "applicant.guardian", "applicant.legal_representative",
                     "applicant.person_in_charge", "agent"})  # fmt: skip
_USCC = frozenset({"unit"})
_NUMBERS = {"integer": "integer", "decimal": "decimal", "boolean": "boolean"}
_FORMS = {8: "%Y%m%d", 10: "%Y-%m-%d", 14: "%Y%m%d%H%M%S", 19: "%Y-%m-%d %H:%M:%S"}
_WRITTEN = {"yyyymmddhhmmss": "%Y%m%d%H%M%S", "yyyy-mm-dd hh:mm:ss": "%Y-%m-%d %H:%M:%S",
            "yyyymmdd": "%Y%m%d", "yyyy-mm-dd": "%Y-%m-%d"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What a target stands in: whose elements are made, whom the object describes, how deep."""

    depth: int
    inside: str = ""
    holder: str = ""
    path: str = ""


@dataclass(slots=True)
class Fields:
    """Drafts the `fields` of one mapping. typed: numbers leave as numbers (JSON)."""

    root: Shape
    typed: bool
    questions: Questions
    tables: Tables
    lines: Lines = field(default_factory=Lines)
    surely: list[tuple[str, str]] = field(default_factory=list)  # (target, source) of what a case always has
    fed: list[str] = field(default_factory=list)  # the source of every target

    def object(self, part: Part, around: Around) -> None:
        self._type(part, around)
        chosen: set[str] = set()
        for each in part.parts:
            if each.choice in chosen:
                self.lines.remark(around.depth, f"{each.name}: 与前者二选一 / instead of the one above")
                continue
            if each.choice:
                chosen.add(each.choice)
            below = replace(around, path=f"{around.path}.{each.name}" if around.path else each.name)
            if (each.parts or each.abstract) and not each.recursive:
                self._block(each, below)
            else:
                self._leaf(each, below)

    def _type(self, part: Part, around: Around) -> None:
        """Which concrete type stands here, where the contract leaves it open; its own places are not drafted."""
        shown = "、".join(part.types[:8]) + ("…" if len(part.types) > 8 else "")
        if part.abstract:
            asked = self.questions.ask(f"具体类型：{shown}；再写其字段 / which type? then write its fields")
            self.lines.add(around.depth, TYPE, '"?"', asked)
        elif part.types:
            self.lines.remark(around.depth, f'"{TYPE}": 可为 / may be {shown}')

    def _block(self, part: Part, around: Around) -> None:
        depth = around.depth
        if part.many:
            each = list_of(part.name, part.title)
            if each is None or (around.inside and not each.startswith(f"{around.inside}.")):
                self._nothing(part, around)
                return
            source = each if not around.inside else "." + each.removeprefix(f"{around.inside}.")
            self._inside(part, around, [("each", source)], replace(around, depth=depth + 2, inside=each))
            return
        holder = holder_of(part.name, part.title) or ""
        when = [("when", holder)] if holder and not _always(self.root, holder) else []
        self._inside(part, around, when, replace(around, depth=depth + 2, holder=holder or around.holder))

    def _inside(self, part: Part, around: Around, head: list[tuple[str, str]], below: Around) -> None:
        """A block with its fields; one of which nothing can be fed is asked for, or is a remark with all of it."""
        whole, self.lines = self.lines, Lines()
        self.object(part, below)
        inner, self.lines = self.lines, whole
        if inner.has_fields():
            self.lines.add(around.depth, part.name, "", part.title)
            for key, value in head:
                self.lines.add(around.depth + 1, key, value)
            self.lines.add(around.depth + 1, "fields", "")
        else:
            self._nothing(part, around)
        self.lines.text += inner.text

    def _leaf(self, part: Part, around: Around) -> None:
        found = suggestion(part, inside=around.inside, holder=around.holder, root=self.root)
        if found is None:
            self._nothing(part, around)
            return
        source = found.candidate.source
        self.fed.append(source)
        may_lack = not source.startswith(".") and not _always(self.root, source)
        optional = " ?" if not part.required and may_lack else ""
        words, doubt = self._words(part, found)
        expression = " | ".join([source.split(" | ")[0] + optional, *source.split(" | ")[1:], *words])
        self.lines.add(around.depth, part.name, expression, self._comment(part, found, doubt))
        if (
            not optional
            and not may_lack
            and not around.inside
            and not around.holder
            and not doubt
            and found.sure
        ):
            self.surely.append((around.path, source))

    def _comment(self, part: Part, found: Suggestion, doubt: str) -> str:
        title = f"{part.title}。" if part.title else ""
        shape = followed(self.root, found.candidate.source)
        if shape is not None and shape.part.get("x-personal") and not part.required:
            return self.questions.ask(
                f"{title}个人信息，对方不要求：保留还是删去 / personal, not required there: keep?"
            )
        if not found.sure:
            rather = f"，或 {found.other}" if found.other else ""
            return self.questions.ask(f"{title}猜测：{found.why}{rather} / a guess")
        if doubt:
            return self.questions.ask(f"{title}{doubt}")
        return f"{title}{found.why}"

    def _nothing(self, part: Part, around: Around) -> None:
        called = f"（{part.title}）" if part.title else ""
        if part.among and len(part.among) == 1 and part.required:
            self.lines.add(
                around.depth, part.name, f'="{part.among[0]}"', f"{part.title}只有这一个值 / its only value"
            )
        elif part.required:
            asked = self.questions.ask(
                f"{part.name}{called}由什么填写？必填，{_kind(part)} / what feeds it? required"
            )
            self.lines.add(around.depth, part.name, '"?"', asked)
        else:
            self.lines.remark(
                around.depth,
                f"{part.name}: 可选，{_kind(part)}{called}；我方没有对应 / optional, nothing of ours",
            )

    def _words(self, part: Part, found: Suggestion) -> tuple[list[str], str]:
        """The words between source and target, and what is doubtful about them."""
        candidate, leaf = found.candidate, found.candidate.leaf
        shape = followed(self.root, candidate.source)
        if shape is not None and "enum" in shape.part:
            return [f'table("{self.tables.table(found, part, shape)}")'], ""
        if _is_time(candidate.source):
            form = form_of(part)
            word = "date_as" if leaf in ("birth_date", "expires_on") else "time_as"
            doubt = "" if form else "时间格式？ / which form of time?"
            return [f'{word}("{form or "%Y%m%d%H%M%S"}")'], doubt
        words: list[str] = []
        if leaf == "name" and candidate.holder in _PERSON:
            words += ["strip", "middle_dot"]
        elif leaf == "id_number":
            words.append("id_upper")
        elif leaf in _USCC and part.longest in (None, 18):
            words.append("uscc")
        elif leaf == "division" and part.longest in (6, 9, 12):
            words.append(f"division({part.longest})")
        elif self.typed and part.kind in _NUMBERS:
            words.append(_NUMBERS[part.kind])
        limited = {"uscc": 18, "material": 0}.get(words[-1] if words else "", -1)
        if (
            part.longest is not None
            and limited < 0
            and not any(each.startswith("division") for each in words)
        ):
            words.append(f"at_most({part.longest})")
        return words, ""


def _always(root: Shape, source: str) -> bool:
    """Whether every case has it."""
    found: Shape | None = root
    for step in source.split(" ")[0].split("."):
        if found is None or step not in found.required:
            return False
        found = found.field(step)
    return True


def _is_time(source: str) -> bool:
    return source.split(" ")[0].rpartition(".")[2] in (
        "received_at",
        "admitted_at",
        "at",
        "birth_date",
        "expires_on",
    )


def form_of(part: Part) -> str | None:
    """How a time is written there: by what the contract says, else by its length."""
    said = f"{part.title} {part.form}".lower().replace("’", "").replace("mi:", "mm:")
    for written, form in _WRITTEN.items():
        if written in said:
            return form
    if part.kind == "date":
        return "%Y-%m-%d"
    if part.kind == "time":
        return "%Y-%m-%dT%H:%M:%S"
    return _FORMS.get(part.longest or 0)


def _kind(part: Part) -> str:
    if part.among:
        return "取 " + "、".join(part.among[:8]) + ("…" if len(part.among) > 8 else "")
    return f"{part.kind}，至多 {part.longest}" if part.longest is not None else part.kind
