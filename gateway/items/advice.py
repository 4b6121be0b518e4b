"""What to write so that a finding is mended, in Chinese and English."""

from gateway.items.findings import Finding

_WRITE: dict[str, tuple[str, str]] = {
    "item_alignment_conflict": (
        "给其中一行写 valid_to，或用 here_situation 区分，或按此方向另登记一行",
        "end one of them by valid_to, tell them apart by here_situation, or declare a row in this direction",
    ),
    "item_alignment_overlap": ("只保留其中一行", "keep one of them"),
    "item_alignment_gap": (
        "把后一行的 valid_from 改为 {from}，或登记中间期间",
        "let the later row begin on {from}, or declare a row for the days between",
    ),
    "item_alignment_ended": (
        "登记自 {since} 起有效的一行，或在事项清单中写明该事项的 valid_to",
        "declare a row that begins on {since}, or write into the list when the item ends",
    ),
    "item_target_missing": (
        "导入区划 {division} 的事项清单，或更正编码",
        "import the list of division {division}, or mend the code",
    ),
    "item_target_cancelled": ("给该行写 valid_to：{since}", "end the row: valid_to {since}"),
    "item_target_superseded": (
        "给该行写 valid_to：{since}，并登记指向 {superseded_by} 的一行",
        "end the row: valid_to {since}, and declare one to {superseded_by}",
    ),
    "item_ambiguous": (
        "写明业务办理项编码，或写 there_situation",
        "write the handling code, or there_situation",
    ),
}


def advice(finding: Finding, language: str) -> str:
    """One sentence; language is zh or en."""
    chinese, english = _WRITE[finding.problem.code]
    facts = {**finding.problem.facts}
    facts["since"] = facts.get("since") or finding.valid_from
    return (chinese if language == "zh" else english).format_map(facts)
