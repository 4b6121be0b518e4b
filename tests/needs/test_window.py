"""A window page that is made from the form alone, and filled as a person would, passes preflight."""

from datetime import datetime, timedelta

import pytest

from tests.fakes.checks import CHINA
from tests.needs.guide import EMPLOYEE
from tests.needs.window import Person, page
from tests.needs.wishes import JOBLESS, WISHES, Wish
from tests.web.people import number
from tests.web.service import Running


def words() -> dict[str, str]:
    """What somebody who stands at the window says and shows, and what the staff knows."""
    now = datetime.now(CHINA).replace(microsecond=0, tzinfo=None) - timedelta(minutes=1)
    credit, person, agent = "11341702MB1A023179", number(6), number(7)
    return {
        "姓名或名称": "买买提·吐尔逊", "证件类型": "111", "证件号码": person, "手机号码": "19900000123",
        "法定代表人姓名": "温若岚", "法定代表人证件类型": "111", "法定代表人证件号码": agent,
        "收件单位": credit, "收件单位名称": "模拟贵池区政务服务中心", "收件时间": now.isoformat(),
        "核验方式": "online", "核验时间": now.isoformat(), "核验人员": "C0228", "核验单位": credit,
        "使用目的": "办理本人业务", "申请内容": "申请办理", "材料编码": "M99", "材料名称": "身份证件",
        "申请人类型": "person", "材料形式": "copy", "可信等级": "B", "通办方式": "full_online", "情形": EMPLOYEE,
    }  # fmt: skip


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: f"{wish.platform}-{wish.code[-12:]}")
async def test_a_page_made_from_the_form_alone_passes_preflight(service: Running, wish: Wish) -> None:
    form = (await service.ask("GET", wish.path, caller=wish.caller)).document
    if form["situations"] and not wish.more:  # what must be asked first is asked first
        path = f"{wish.path}&situation={form['situations'][0]}"
        form = (await service.ask("GET", path, caller=wish.caller)).document
    schema, said = form["schema"], words()
    if schema["properties"]["applicant"]["properties"]["kind"].get("const") == "organization":
        said |= {"姓名或名称": "模拟建设有限公司", "证件类型": "001", "证件号码": said["收件单位"]}
    document = Person(schema, said).filled()
    answer = await service.ask("POST", "/v1/preflight", caller=wish.caller, body=document)
    assert answer.status == 200, answer.text


async def test_the_page_shows_chinese_titles_and_the_codes_by_their_names(service: Running) -> None:
    wish = Wish("sim-gd", JOBLESS, "440232")
    shown = page((await service.ask("GET", wish.path)).document["schema"])
    for text in (
        "姓名或名称",
        "申请内容",
        "是否快递",
        "港澳居民来往内地通行证",
        "窗口核验",
        "即办件",
    ):
        assert text in shown
