"""收件凭证: what the applicant takes home when the papers were received. It is no acceptance, and says so."""

from gateway.prints.page import facts, grid, hands, notes, page
from gateway.prints.printed import FORMS, Printed, case_rows, checked

TITLE = ("收件凭证", "Receipt of papers for a case handled across provinces")
_HEADS = (
    ("序号", "no."), ("材料名称", "material"), ("形式", "form"), ("份数", "copies"), ("核验", "checked"),
)  # fmt: skip
_NOTES = (
    ("本凭证只说明收到了上列材料，不表示已经受理。",
     "This says that the papers were received; it is no acceptance."),
    ("办理机关收到材料后五个工作日内决定是否受理，或者一次告知须补正的全部内容；逾期不告知的，自收到材料之日起即为"
     "受理（《行政许可法》第三十二条）。",
     "Within five working days the authority accepts, or tells at once all that must be corrected; else it counts"
     " as accepted."),
    ("请妥善保管，凭办件编号查询进度、领取结果。",
     "Keep it: ask for progress and collect the result by its number."),
)  # fmt: skip


def receipt(printed: Printed) -> str:
    rows = (
        (str(place), each["name"], FORMS[each["form"]], str(each["count"]), checked(each))
        for place, each in enumerate(printed.materials, 1)
    )
    return page(TITLE, printed.stamp, (
        facts([*case_rows(printed), ("咨询", "contact", printed.contact)]),
        grid(_HEADS, rows),
        notes(_NOTES),
        hands("收件单位（章） received by", "申请人签字 signed by the applicant"),
        f"<footer>打印 printed {printed.at}</footer>",
    ))  # fmt: skip
