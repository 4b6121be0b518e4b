"""Which of our materials may stand for theirs, why; and that nothing counts before a person has said so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.cli.item.likely import Unguided, suggest_materials
from gateway.guides.guide import Guide, materials_of
from gateway.guides.store import put
from gateway.items.lists.apply import Word
from gateway.items.lists.formats import read_csv
from gateway.needs.importing import bring_list
from gateway.needs.likely import LEAST, MOST, likely
from gateway.needs.stands import stands_for
from tests.needs.guide import DIVISION, ITEM, a_material, bring_guide
from tests.needs.wishes import JOBLESS
from tests.web.service import Running, serving

DAY = "2026-11-22"


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A gateway of its own: what is imported here is nobody else's."""
    async with serving(tmp_path_factory.mktemp("likely")) as running:
        await running.gateway.store.write(lambda tx: bring_guide(tx.connection, tx.now_ms))
        yield running


def materials(*listed: tuple[str, str], **more: object):
    each = [a_material(code, name, **more) for code, name in listed]
    return materials_of(Guide("440232", "X", 1, 0, "模拟", {"name": "模拟", "materials": each}), "", DAY)


def found(theirs: str, *ours: str) -> list[tuple[str, float]]:
    here = materials(*((f"H{number}", name) for number, name in enumerate(ours)))
    return [(each.here.name, each.probability) for each in likely(materials(("T1", theirs)), here)]


@pytest.mark.parametrize(
    ("theirs", "first"),
    [
        ("居民身份证原件及复印件", "申请人有效身份证件"),
        ("终止劳动关系证明", "终止劳动关系的证明材料"),
        ("法定代表人身份证明", "法定代表人身份证复印件"),
        ("失业登记申请表", "失业登记表"),
        ("工商营业执照副本", "营业执照"),
    ],
)
def test_the_material_that_is_meant_comes_first(theirs, first):
    others = "户口簿", "近期免冠彩色照片", "法定代表人任职文件", "身份证遗失声明"
    (name, probability), *rest = found(theirs, *others, first)
    assert name == first and probability > 0.75
    assert all(each < probability for _, each in rest)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("法定代表人身份证", "经办人身份证"), ("配偶户口簿", "户口簿"), ("验资报告", "公司章程")],
)
def test_the_paper_of_another_person_and_another_paper_are_not_suggested(theirs, ours):
    assert all(probability < 0.5 for _, probability in found(theirs, ours))


def test_why_is_said_in_both_languages_with_what_has_to_be_minded():
    there = materials(("T1", "居民身份证"), kind="licence", form="paper", originals=1, trust="B")
    here = materials(("H1", "身份证复印件"), kind="licence", form="electronic", copies=1)
    (only,) = likely(there, here)
    for part in ("名称相同", "类型相同：证件证书证明", "对方要纸质", "对方要原件", "可信等级不低于 B"):
        assert part in only.why[0]
    assert "the names are the same" in only.why[1] and "trust B" in only.why[1] and only.why[1].isascii()


async def test_the_suggestions_of_an_aligned_item_are_a_list_to_be_decided_on(
    place: Running, tmp_path: Path
) -> None:
    ours = [a_material("H1", "身份证", kind="licence"), a_material("H2", "终止劳动关系的证明材料")]
    guide = Guide("341702", JOBLESS, 1, 1, "模拟.csv", {"name": "失业登记", "materials": ours})
    await place.gateway.store.write(lambda tx: put(tx.connection, guide))
    path = tmp_path / "likely.csv"
    assert await suggest_materials(place.gateway, "341702", DIVISION, JOBLESS, out=path) >= 2
    rows = read_csv(path)
    first = {row["there_name"]: row["here_name"] for row in reversed(rows)}
    assert (first["居民身份证"], first["终止劳动关系证明"]) == ("身份证", "终止劳动关系的证明材料")
    assert all(row["decision"] == row["source"] == "" and row["why_zh"] and row["why_en"] for row in rows)
    with pytest.raises(Unguided):
        await suggest_materials(place.gateway, "341702", "440232", JOBLESS, out=path)


def test_what_meets_by_its_code_or_has_none_is_left_out_and_few_are_named():
    ours = materials(
        *((f"H{number}", "模拟证明") for number in range(9)), ("M1", "模拟证明"), ("", "模拟证明")
    )
    found = likely(materials(("M1", "模拟证明"), ("", "模拟证明"), ("T9", "模拟证明")), ours)
    assert [each.there.code for each in found] == ["T9"] * MOST
    assert all(each.here.code and each.probability >= LEAST for each in found)


async def test_a_suggestion_counts_once_a_person_has_said_yes(place: Running, tmp_path: Path) -> None:
    heading = (
        "id,there_division,there_item,there_code,here_division,means,here_code,valid_from,valid_to,source"
    )
    rows = "".join(
        f"likely-{code},{DIVISION},{ITEM},{code},341702,file,H1,2026-01-01,,,0.931,{decision}\n"
        for code, decision in (("M01", "y"), ("M03", "n"), ("M06", ""), ("M07", "perhaps"))
    )
    path = tmp_path / "decided.csv"
    path.write_text(f"{heading},probability,decision\n{rows}", "utf-8")

    async def brought(actor: str):
        word = Word("0" * 64, actor)
        return await place.gateway.store.write(lambda tx: bring_list(tx, read_csv(path), word))

    first = await brought("op-1")
    assert (first.added, [(each.row, each.lack.path) for each in first.faults]) == (1, [(5, "decision")])
    again = await brought("op-2")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    kept = await place.gateway.store.read(lambda connection: stands_for(connection, DIVISION, ITEM))
    (row,) = [each for each in kept if each.id.startswith("likely-")]
    assert (row.there_code, row.source) == ("M01", "confirmed by op-1, suggestion of 0.931")
