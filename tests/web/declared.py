"""What the tests declare besides the examples: faulty items, and platforms in each other's way."""

import shutil
from pathlib import Path

HEADING = (
    "division,code,kind,name,basic_code,implementation_code,handling_code,local_code,type,level,unit,unit_name,"
    "service_objects,version,state,valid_from,valid_to,superseded_by\n"
)
_HERE = "341702,{code},local,模拟事项,,,,,,,11341702MB1A023179,模拟单位,,1,{state},{begin},,{after}\n"
_THERE = "{division},{code},local,模拟事项,{basic},,,,,,{unit},模拟单位,,1,in_use,2020-01-01,,\n"
_LED = "440232,{code},local,{name},,,,,,,{unit},模拟单位,{objects},{version},{state},{begin},,{after}\n"
JOBLESS, FIRE = "002014007000", "000117054000"
UNITS = ("11440232007340216X", "11440232MB2D06811W")
CLASHING = ("T-CONFLICT", "T-GAP", "T-ENDED", "T-MISSING", "T-GONE", "T-REPLACED", "T-VERSIONED")
SICHUAN = "511A0138000000-511602000000-000-115113010833722043-1-00"
EXTRA_ITEMS = HEADING + "".join(
    [
        _HERE.format(code="T-ALONE", state="in_use", begin="2020-01-01", after=""),
        _HERE.format(code="T-CANCELLED", state="cancelled", begin="2020-01-01", after="T-ALONE"),
        _HERE.format(code="T-SUSPENDED", state="suspended", begin="2020-01-01", after=""),
        _HERE.format(code="T-LOCAL", state="in_use", begin="2020-01-01", after=""),
        _THERE.format(division="440232", code=SICHUAN, basic="", unit=UNITS[0]),
        _HERE.format(code="T-LATER", state="in_use", begin="2099-01-01", after=""),
        _THERE.format(division="440232", code="T-FIRE-1", basic=FIRE, unit=UNITS[0]),
        _THERE.format(division="440232", code="T-FIRE-2", basic=FIRE, unit=UNITS[1]),
        *(_THERE.format(division=place, code=f"T-{place}", basic=JOBLESS, unit=UNITS[0])
          for place in ("440234", "440235", "440236")),
        *(_HERE.format(code=code, state="in_use", begin="2020-01-01", after="") for code in CLASHING),
        *(
            _LED.format(code=code, name=name, unit=UNITS[0], objects=objects, version=version, state=state,
                        begin=begin, after=after)
            for code, name, objects, version, state, begin, after in (
                ("T-THERE-1", "模拟事项", "", 1, "in_use", "2020-01-01", ""),
                ("T-THERE-2", "模拟事项", "", 1, "in_use", "2020-01-01", ""),
                ("T-GONE-THERE", "模拟事项", "", 1, "cancelled", "2020-01-01", ""),
                ("T-OLD-THERE", "模拟事项", "", 1, "cancelled", "2020-01-01", "T-THERE-1"),
                ("T-VERSION-THERE", "模拟事项", "", 1, "in_use", "2020-01-01", ""),
                ("T-VERSION-THERE", "模拟事项（调整）", "1^2", 2, "in_use", "2021-01-01", ""),
            )
        ),
    ]
)  # fmt: skip
EXTRA_ALIGNMENTS = "id,here_division,here_code,there_division,there_code,valid_from,valid_to,source\n"
EXTRA_ALIGNMENTS += f"T-0001,341702,T-LOCAL,440232,{SICHUAN},2020-01-01,,模拟协议\n"
EXTRA_ALIGNMENTS += "".join(
    f"{row},341702,{here},440232,{there},{begin},{end},模拟协议\n"
    for row, here, there, begin, end in (
        ("T-0002", "T-CONFLICT", "T-THERE-1", "2020-01-01", ""),
        ("T-0003", "T-CONFLICT", "T-THERE-2", "2021-01-01", ""),
        ("T-0004", "T-GAP", "T-THERE-1", "2020-01-01", "2021-01-01"),
        ("T-0005", "T-GAP", "T-THERE-1", "2099-01-01", ""),
        ("T-0006", "T-ENDED", "T-THERE-1", "2020-01-01", "2021-01-01"),
        ("T-0007", "T-MISSING", "T-NOWHERE", "2020-01-01", ""),
        ("T-0008", "T-GONE", "T-GONE-THERE", "2020-01-01", ""),
        ("T-0009", "T-REPLACED", "T-OLD-THERE", "2020-01-01", ""),
        ("T-0010", "T-VERSIONED", "T-VERSION-THERE", "2020-01-01", ""),
    )
)
# Who may have what done: all of it for those who call in most tests, and one place for each way to fall short.
_AGREEMENT = """\
agreement: {name}
title: 模拟通办协议
document: 模通办〔2026〕{number}号
between: [[{places}], ["000000"]]
modes: [{modes}]
powers: [{powers}]
valid_from: 2020-01-01
openings: [{{batch: first, items: [{items}], valid_from: 2020-01-01{more}}}]
"""
_POWERS = "receive, verify_originals, tell_once, serve"
_ALL = {"modes": "full_online, collect_for, joint", "powers": _POWERS, "items": '"*"', "more": ""}
AGREEMENTS = {
    "everything": _ALL | {"places": '"341702", "330282"'},
    "no-joint": _ALL | {"places": '"341705"', "modes": "full_online, collect_for"},
    "few-items": _ALL | {"places": '"341706"', "items": '"0001*"'},
    "no-powers": _ALL | {"places": '"341707"', "powers": ""},
    "tried-out": _ALL | {"places": '"341708"', "more": ", per_day: 1"},
}


def write_agreements(folder: Path) -> None:
    for number, (name, said) in enumerate(AGREEMENTS.items(), 1):
        (folder / f"{name}.yaml").write_text(_AGREEMENT.format(name=name, number=number, **said), "utf-8")


SERVES = {"sim-tw1": '[{division: "440235"}, {division: "440236"}]', "sim-tw2": '[{division: "440236"}]'}
_LINGNAN = '  - {division: "440232"}\n  - {division: "440233"}\n'


def write_platforms(folder: Path, examples: Path) -> list[str]:
    """Copies of the REST dialect: sim-tw1 takes no cases, and both serve 440236. Their names."""
    for name, serves in SERVES.items():
        shutil.copytree(examples / "sim-gd", folder / name)
        for path in (folder / name).rglob("*.yaml"):
            path.write_text(path.read_text("utf-8").replace("sim-gd", name))
        declaration = folder / name / "platform.yaml"
        text = declaration.read_text("utf-8").replace(_LINGNAN, f"  {serves}\n")
        if name == "sim-tw1":
            begin, end = text.index("  case.submit:"), text.index("  case.progress:")
            text = text[:begin] + text[end : text.index("exempt:")]
            (folder / name / "case.submit.yaml").unlink()
        declaration.write_text(text)
    return list(SERVES)
