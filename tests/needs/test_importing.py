"""Lists of aligned materials come in: bad rows by number, good rows kept, the same twice changes nothing."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from gateway.items.lists.formats import read_csv
from gateway.items.problems import UnreadableFile
from gateway.needs.importing import Brought, bring
from gateway.needs.stands import Stands, stands_for
from gateway.store.store import Transaction
from tests.needs.guide import HEADING
from tests.web.service import Running

CHINESE = "编号,办理地区划,办理地事项,要求的材料,收件地区划,方式,本地材料,自,止,依据\n"
ROW = "I1,440281000000,11440281007340216W4002014007000,M01,,电子证照,,2026-01-01,,模拟协议\n"
BAD = """\
B1,44,,M01,,licence,,,,模拟
B2,440281,,,,licence,,,,模拟
B3,440281,,M01,,lease,,,,模拟
B4,440281,,M01,,file,,,,模拟
B5,440281,,M01,,licence,,2026-13-01,,模拟
B6,440281,,M01,,licence,,2026-02-01,2026-02-01,模拟
B7,440281,,M01,,licence,,,,模拟
B7,440281,,M02,,licence,,,,模拟

B8,440281,,M01,,licence,,,,模拟,too much
"""


async def brought(service: Running, path: Path) -> Brought:
    def kept(tx: Transaction) -> Brought:
        return bring(tx.connection, read_csv(path), tx.now_ms)

    return await service.gateway.store.write(kept)


async def test_a_list_in_chinese_and_gb18030_is_read_and_the_second_time_known(
    service: Running, tmp_path: Path
) -> None:
    path = tmp_path / "对应.csv"
    path.write_bytes((CHINESE + ROW).encode("gb18030"))
    first, second = await brought(service, path), await brought(service, path)
    assert (first.added, first.unchanged, second.added, second.unchanged) == (1, 0, 0, 1)
    (remark,) = first.remarks
    assert (remark.row, remark.lack.code) == (2, "material_guide_unknown")
    (kept,) = await service.gateway.store.read(
        lambda connection: stands_for(connection, "440281101000", "11440281007340216W400201400700001")
    )
    assert kept == Stands(
        "I1",
        "440281",
        "11440281007340216W4002014007000",
        "M01",
        "",
        "licence",
        "",
        "2026-01-01",
        "",
        "模拟协议",
    )
    assert kept.holds("341702", "2026-01-01") and not kept.holds("341702", "2025-12-31")


async def test_a_workbook_is_read_as_the_same_list(service: Running, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADING.split(","))
    book.active.append(["X1", 440281, "", "M01", "", "owed", "", "2026-01-01", "", "模拟协议"])
    book.save(tmp_path / "list.xlsx")
    done = await brought(service, tmp_path / "list.xlsx")
    assert (done.added, done.faults, done.remarks) == (1, (), ())


async def test_every_bad_row_is_told_by_its_number_and_the_good_one_kept(
    service: Running, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(HEADING + "\n" + BAD, "utf-8")
    done = await brought(service, path)
    assert [(each.row, each.lack.path, each.lack.code) for each in done.faults] == [
        (2, "there_division", "row_division"),
        (3, "there_code", "row_lacks"),
        (4, "means", "row_unknown_value"),
        (5, "here_code", "row_lacks"),
        (6, "valid_from", "row_date"),
        (7, "valid_to", "row_period"),
        (9, "id", "row_repeats"),
        (11, "row", "row_cells"),
    ]
    assert (done.added, done.changed) == (1, 0)
    for each in done.faults:
        assert each.lack.text("zh") and each.lack.text("en").isascii()


def test_what_is_no_workbook_is_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(UnreadableFile):
        read_csv(tmp_path / "list.xlsx")
