"""Why two items are taken for one, in Chinese and English: what speaks for it, then what speaks against."""

from collections.abc import Iterator

from gateway.items.likeness.departments import department_names
from gateway.items.likeness.features import Features, Subject
from gateway.items.likeness.words import act_names, kind_name

Said = tuple[str, str]  # Chinese, English
_ALIKE = 0.6  # from here on a likeness is worth a word


def reasons(here: Subject, there: Subject, features: Features, *, rivals: int = 0) -> Said:
    """One sentence in each language, its parts joined by semicolons. rivals: other candidates that are as clear."""
    said = (
        *_names(here, there, features), *_headings(here, there, features), *_acts(here, there, features),
        *_differences(here, there, features), *_surroundings(here, there, features), *_rivals(rivals),
        *_caution(here, there),
    )  # fmt: skip
    return "；".join(zh for zh, _ in said), "; ".join(en for _, en in said)


def _names(here: Subject, there: Subject, features: Features) -> Iterator[Said]:
    dropped = dict.fromkeys((*here.form.name.prefixes, *there.form.name.prefixes))
    levels = dict.fromkeys((*here.form.name.levels, *there.form.name.levels))
    if features.alike:
        without = [f"【{text}】" for text in dropped] + [f"（{text}）" for text in levels]
        yield (
            ("名称相同" + (f"（去掉{'、'.join(without)}）" if without else "")),
            ("the names are the same" + (f" (without {', '.join(without)})" if without else "")),
        )
    elif features.matter >= _ALIKE:
        share = round(features.matter * 100)
        yield f"名称内容相近 {share}%", f"the names agree by {share} %"
    elif features.held >= _ALIKE:
        yield "一方名称的内容包含于另一方", "the one's name is held by the other's"
    else:
        share = round(features.matter * 100)
        yield f"名称只相近 {share}%", f"the names agree by {share} % only"


def _headings(here: Subject, there: Subject, features: Features) -> Iterator[Said]:
    if features.piece:
        yield (
            "一方的主项即另一方的事项",
            "the one is a part of what the other is as a whole (main item against sub-item)",
        )
    elif here.form.main.core and there.form.main.core and features.heading >= _ALIKE:
        yield "主项相近", "the main items are alike"


def _acts(here: Subject, there: Subject, features: Features) -> Iterator[Said]:
    ours, theirs = here.form.acts, there.form.acts
    if features.acts_same:
        yield f"办理情形相同：{act_names(ours, 'zh')}", f"the same act: {act_names(ours, 'en')}"
    elif features.acts_differ:
        yield (
            f"办理情形不同：{act_names(ours, 'zh')} / {act_names(theirs, 'zh')}",
            f"different acts: {act_names(ours, 'en')} / {act_names(theirs, 'en')}",
        )
    elif ours != theirs:
        only = ours ^ theirs
        yield (
            f"仅一方写明情形：{act_names(only, 'zh')}",
            f"only one side names the act: {act_names(only, 'en')}",
        )


def _differences(here: Subject, there: Subject, features: Features) -> Iterator[Said]:
    if features.kind_differ:
        kinds = here.form.kind, there.form.kind
        yield (
            f"办理性质不同：{kind_name(kinds[0], 'zh')} / {kind_name(kinds[1], 'zh')}",
            f"different procedures: {kind_name(kinds[0], 'en')} / {kind_name(kinds[1], 'en')}",
        )
    for group in sorted(here.form.objects.keys() & there.form.objects.keys()):
        ours, theirs = here.form.objects[group], there.form.objects[group]
        if ours.isdisjoint(theirs):
            both = f"{'、'.join(sorted(ours))} / {'、'.join(sorted(theirs))}"
            yield f"对象不同：{both}", f"different objects: {both}"
    if features.marks_differ:
        marks = "、".join(sorted(here.form.marks ^ there.form.marks))
        yield f"仅一方有：{marks}", f"only one side has: {marks}"
    elif pieces := "、".join(sorted(here.form.pieces ^ there.form.pieces)):
        yield (
            f"仅一方写明：{pieces}，可能是同一事项的不同部分",
            f"only one side says {pieces}: perhaps pieces of one item",
        )
    if features.cases_differ > 1 - _ALIKE:
        cases = " / ".join("、".join(each.form.name.cases) for each in (here, there))
        yield f"括号内情形不同：{cases}", f"different situations in brackets: {cases}"


def _rivals(rivals: int) -> Iterator[Said]:
    if rivals:
        yield f"另有 {rivals} 个候选同样相符", f"{rivals} other(s) over there fit as well"


def _caution(here: Subject, there: Subject) -> Iterator[Said]:
    """A confirmed row sends all cases of the item here to the one over there, also where that does less."""
    ours, theirs = here.form.acts, there.form.acts
    if theirs and (not ours or theirs < ours):
        yield (
            f"注意：对方此项只办{act_names(theirs, 'zh')}，本地此项的其他情形须另有对码",
            f"mind: over there this is {act_names(theirs, 'en')} only, what else the item does needs its own row",
        )


def _surroundings(here: Subject, there: Subject, features: Features) -> Iterator[Said]:
    if features.department_same:
        both = department_names(here.departments & there.departments)
        yield f"部门相同：{both}", f"the same department: {both}"
    if features.department_differ:
        ours, theirs = department_names(here.departments), department_names(there.departments)
        yield f"部门不同：{ours} / {theirs}", f"different departments: {ours} / {theirs}"
    if features.type_differ:
        types = f"{here.item.type} / {there.item.type}"
        yield f"事项类型不同：{types}", f"different types: {types}"
    if features.service_differ:
        yield "服务对象不同", "different service objects"
    if features.basis_same:
        yield "设定依据相同", "the same legal basis"
