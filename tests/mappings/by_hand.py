"""The mapping of test_speed written by hand: every field fetched, required, put into its place."""

from datetime import datetime
from typing import Any

Document = dict[str, Any]


class Missing(Exception):
    """Names all fields that could not be fed."""


def by_hand(d: Document, tables: dict[str, dict[str, str]]) -> Document:
    bad: list[str] = []
    t: Document = {}
    applicant = d.get("applicant") or {}
    receiving = d.get("receiving") or {}
    agent = d.get("agent") or {}
    form = d.get("form") or {}
    there = (d.get("item") or {}).get("there") or {}
    v = applicant.get("name")
    if v:
        t["t0"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t0")
    v = applicant.get("id_number")
    if v:
        t["t1"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t1")
    v = applicant.get("mobile")
    if v:
        t["t2"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t2")
    v = applicant.get("address")
    if v:
        t["t3"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t3")
    v = applicant.get("nationality")
    if v:
        t["t4"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t4")
    v = applicant.get("birth_date")
    if v:
        t["t5"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t5")
    v = receiving.get("division")
    if v:
        t["t6"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t6")
    v = receiving.get("unit")
    if v:
        t["t7"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t7")
    v = receiving.get("unit_name")
    if v:
        t["t8"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t8")
    v = receiving.get("window")
    if v:
        t["t9"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t9")
    v = receiving.get("staff")
    if v:
        t["t10"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t10")
    v = agent.get("name")
    if v:
        t["t11"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t11")
    v = agent.get("id_number")
    if v:
        t["t12"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t12")
    v = agent.get("scope")
    if v:
        t["t13"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t13")
    v = agent.get("expires_on")
    if v:
        t["t14"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t14")
    v = there.get("basic_code")
    if v:
        t["t15"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t15")
    v = there.get("implementation_code")
    if v:
        t["t16"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t16")
    v = there.get("name")
    if v:
        t["t17"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t17")
    v = there.get("unit")
    if v:
        t["t18"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t18")
    v = d.get("division")
    if v:
        t["t19"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t19")
    v = d.get("purpose")
    if v:
        t["t20"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t20")
    v = d.get("numbers_ours")
    if v:
        t["t21"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t21")
    v = d.get("exchange")
    if v:
        t["t22"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t22")
    v = form.get("f0")
    if v:
        t["t23"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t23")
    v = form.get("f1")
    if v:
        t["t24"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t24")
    v = form.get("f2")
    if v:
        t["t25"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t25")
    v = form.get("f3")
    if v:
        t["t26"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t26")
    v = form.get("f4")
    if v:
        t["t27"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t27")
    v = form.get("f5")
    if v:
        t["t28"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t28")
    v = form.get("f6")
    if v:
        t["t29"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t29")
    v = form.get("f7")
    if v:
        t["t30"] = v if isinstance(v, str) else str(v)
    else:
        bad.append("t30")
    worded(d, t, applicant, tables, bad)
    t["CL"] = files(d, tables, bad)
    if bad:
        raise Missing(bad)
    return t


def worded(
    d: Document, t: Document, applicant: Document, tables: dict[str, dict[str, str]], bad: list[str]
) -> None:
    for target, name, table in (("lx", "id_type", "id_type"), ("xb", "sex", "sex")):
        try:
            t[target] = tables[table][applicant[name]]
        except KeyError:
            bad.append(target)
    try:
        t["sj"] = datetime.fromisoformat(d["received_at"]).strftime("%Y%m%d%H%M%S")
    except (KeyError, ValueError):
        bad.append("sj")
    try:
        t["zjhm"] = applicant["id_number"].upper()
    except KeyError:
        bad.append("zjhm")
    t["bz"] = d.get("note") or ""
    if d.get("unit"):
        t["qt"] = d["unit"]
    t["ly"] = "tongban"
    try:
        t["fs"] = d["mode"].upper()
    except KeyError:
        bad.append("fs")
    v = d.get("received_at")
    if v:
        t["sl"] = v
    else:
        bad.append("sl")


def files(d: Document, tables: dict[str, dict[str, str]], bad: list[str]) -> list[Document]:
    rows: list[Document] = []
    for material in d.get("materials") or ():
        for file in material.get("files") or ():
            number = len(rows)
            row: Document = {"XH": str(number + 1)}
            for target, holder, name in (
                ("CLBM", material, "code"),
                ("CLMC", material, "name"),
                ("WJM", file, "name"),
                ("GS", file, "media_type"),
            ):
                v = holder.get(name)
                if v:
                    row[target] = v if isinstance(v, str) else str(v)
                else:
                    bad.append(f"CL[{number}].{target}")
            try:
                row["XS"] = tables["form"][material["form"]]
            except KeyError:
                bad.append(f"CL[{number}].XS")
            if file.get("id"):
                row["NR"] = {"$material": file["id"], "as": "base64"}
            else:
                bad.append(f"CL[{number}].NR")
            rows.append(row)
    return rows
