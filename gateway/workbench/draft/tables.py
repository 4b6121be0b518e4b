"""Drafted code tables: what a contract says of its codes, beside ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.contract import Part
from gateway.workbench.draft.lines import Lines, Questions
from gateway.workbench.draft.suggest import Suggestion
from gateway.workbench.draft.vocabulary import labelled, terms
from mappings.canonical.shape import Shape


@dataclass(slots=True)
class Tables:
    """The tables that a draft needs, by name; one that says the same serves several targets."""

    questions: Questions
    listed: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # by table: their code -> what it means
    texts: dict[str, str] = field(default_factory=dict)
    _known: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    def table(self, suggestion: Suggestion, part: Part, found: Shape) -> str:
        """The name of the table through which the codes of this target go."""
        leaf = suggestion.candidate.leaf
        name = "applicant_kind" if leaf == "kind" else leaf
        says = (part.among, part.title if labelled(part.title) else "")
        plain, number = name, 2
        while name in self._known and self._known[name] != says:
            name, number = f"{plain}_{number}", number + 1
        if name not in self._known:
            self._known[name] = says
            self.texts[name] = self._written(name, leaf, part, found)
        return name

    def states(self, part: Part, ours: Sequence[str]) -> str:
        """The table of states of a case (办件状态), read backwards."""
        self.texts["progress"] = self._rows("progress", "state", part, list(ours), "办件状态")
        return "progress"

    def _written(self, name: str, leaf: str, part: Part, found: Shape) -> str:
        ours = [str(code) for code in found.part.get("enum", ()) if code is not None]
        return self._rows(name, leaf, part, ours, found.part.get("title") or part.title or name)

    def _rows(self, name: str, leaf: str, part: Part, ours: list[str], title: str) -> str:
        called: dict[str, str] = terms()["codes"].get(leaf, {})
        labels = self.listed.get(name) or labelled(part.title)
        lines = Lines()
        lines.add(0, "table", name)
        lines.add(0, "title", title)
        lines.add(0, "rows", "")
        if part.among or labels:
            self._theirs(lines, part.among or tuple(labels), labels, called)
        else:
            for code in dict.fromkeys(code for code in called.values() if code in ours):
                label = next(label for label, one in called.items() if one == code)
                asked = self.questions.ask(
                    f"对方“{label}”的代码 / their code; remove the row if they have none"
                )
                lines.element(1, f'{{ours: "{code}", theirs: "?", note: {label}}}', asked)
        return str(lines)

    def _theirs(
        self, lines: Lines, theirs: tuple[str, ...], labels: Mapping[str, str], called: dict[str, str]
    ) -> None:
        used: set[str] = set()
        for code in theirs:
            label = labels.get(code, "")
            ours = called.get(label) or next(
                (one for term, one in called.items() if label and term in label), None
            )
            note = f", note: {label}" if label else ""
            if ours is None or ours in used:
                asked = self.questions.ask(
                    f"对方代码 {code} 对应我方哪一个 / which of ours; remove the row if none"
                )
                lines.element(1, f'{{ours: "?", theirs: "{code}"{note}}}', asked)
            else:
                used.add(ours)
                lines.element(1, f'{{ours: "{ours}", theirs: "{code}"{note}}}')
