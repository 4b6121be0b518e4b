"""What a list calls its columns, and in which codes it speaks: profiles, as data beside the code."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from gateway.items.item import Item
from gateway.items.lists.problems import MissingColumns, UnknownColumns
from gateway.items.lists.values import simplified
from gateway.settings.installation import Declared
from gateway.settings.reading import declared
from mappings.problems import Finding, Unreadable
from mappings.source import read

FOLDER = Path(__file__).parent / "profiles"
FIELDS = Item._fields
TABLES = frozenset({"kind", "type", "level", "state", "service_objects"})  # fields that have codes


class Profile(Declared):
    """profile.yaml. columns: heading of the list -> field of the catalogue; several may feed one field.

    elsewhere: headings that are known and belong to guides and materials, not to the catalogue.
    tables:    field -> their code -> ours; a code that a table does not have is refused.
    states:    how codes of 事项状态 are meant, as two tables of the field disagree: `use` (1 在用 2 暂停 3 取消),
               `publication` (0 待提交 1 已审定 2 已发布 3 审核驳回); left out: those that differ are refused.
    required:  fields that no row may lack, beside a name, a division and a code.
    dates:     forms of a date, as of strptime.
    """

    profile: str
    title: str
    columns: Mapping[str, str]
    elsewhere: tuple[str, ...] = ()
    tables: Mapping[str, Mapping[str, str]] = {}
    states: Literal["use", "publication", ""] = ""
    required: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("%Y-%m-%d",)

    @property
    def folded(self) -> dict[str, str]:
        """Fields by heading as it is compared."""
        return {fold_heading(heading): field for heading, field in self.columns.items()}


def fold_heading(heading: str) -> str:
    """A heading as it is compared: without blanks and marks around, in lower case and simplified script."""
    return simplified(heading.strip("\ufeff \t\r\n\u3000*").casefold())


def named(name: str) -> Profile:
    """A profile that comes with the program, or one of the engineer's own (a path). Raises Unreadable."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.yaml")))
        raise Unreadable(
            [Finding(name, 1, 1, "no such profile", f"one of {known}, or a file ending in .yaml")]
        )
    try:
        source = read(path.name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable([Finding(path.name, 1, 1, "cannot be read as UTF-8 text", "mend it")]) from error
    profile = declared(Profile, source)
    wrong = [
        source.finding(("columns", heading), f"no field '{field}'", f"one of {', '.join(FIELDS)}")
        for heading, field in profile.columns.items()
        if field not in FIELDS
    ]
    wrong += [
        source.finding(("tables", field), f"'{field}' has no codes", f"one of {', '.join(sorted(TABLES))}")
        for field in profile.tables
        if field not in TABLES
    ]
    if wrong:
        raise Unreadable(wrong)
    return profile


def free(columns: str) -> Profile:
    """`name=事项名称,code=职权编码`: field=heading, separated by commas. Raises UnknownColumns."""
    pairs = [each.partition("=") for each in columns.split(",") if each.strip()]
    wrong = [each for each, _, heading in pairs if each.strip() not in FIELDS or not heading.strip()]
    if wrong or not pairs:
        raise UnknownColumns(columns=", ".join(wrong) or "-", known=", ".join(FIELDS))
    dates = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S")
    fed = {heading.strip(): each.strip() for each, _, heading in pairs}
    return Profile(profile="columns", title=columns, columns=fed, states="", dates=dates)


def require_columns(profile: Profile, headings: Sequence[str]) -> None:
    """Whether a table has every column that was named. Raises MissingColumns."""
    there = {fold_heading(heading) for heading in headings}
    missing = [heading for heading in profile.columns if fold_heading(heading) not in there]
    if missing:
        known = ", ".join(heading for heading in headings if heading.strip())
        raise MissingColumns(columns=", ".join(missing), known=known or "-")


def fitting(headings: Iterable[str]) -> Profile:
    """The profile with a name and a code that knows most of the headings. Raises UnknownColumns."""
    folded = {fold_heading(heading) for heading in headings}
    known = [named(path.stem) for path in sorted(FOLDER.glob("*.yaml"))]
    counts = {each.profile: len(folded & each.folded.keys()) for each in known}
    fit = [each for each in known if _has_name_and_code(each, folded)]
    best = sorted(fit, key=lambda each: -counts[each.profile])[:2]
    if not best or (len(best) > 1 and counts[best[0].profile] == counts[best[1].profile]):
        raise UnknownColumns(
            columns=", ".join(heading for heading in headings if heading), known=", ".join(FIELDS)
        )
    return best[0]


def _has_name_and_code(profile: Profile, folded: set[str]) -> bool:
    fields = {field for heading, field in profile.folded.items() if heading in folded}
    return "name" in fields and any(field == "code" or field.endswith("_code") for field in fields)
