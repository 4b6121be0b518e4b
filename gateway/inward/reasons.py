"""Why a call in, or a record of it, is answered as it is: a closed list, with words for the platform's staff."""

from collections.abc import Mapping
from typing import Literal

Outcome = Literal["taken", "refused", "later", "barred"]
# reason -> (outcome, Chinese, English). A record that is right in a package that is not taken has the package's.
REASONS: Mapping[str, tuple[Outcome, str, str]] = {
    "taken": ("taken", "已接收", "taken"),
    "no_effect": ("taken", "已记录，与办件现状不符，未改变办件状态",
                  "recorded; it does not fit where the case stands and changes nothing"),
    "not_let_in": ("barred", "未通过身份验证", "it is not shown who calls"),
    "unreadable": ("refused", "报文无法识别", "the message cannot be read"),
    "not_mapped": ("refused", "有字段缺失或代码无法识别", "a field is missing, or a code is not known"),
    "no_records": ("refused", "报文中没有记录", "there is no record in it"),
    "too_many": ("refused", "一个报文中的记录过多", "there are too many records in one message"),
    "number_missing": ("refused", "缺少办件编号", "it names no number of a case"),
    "unknown_number": ("refused", "没有此编号的办件", "there is no case of that number"),
    "numbers_differ": ("refused", "两个编号不属于同一办件", "its numbers are not of one case"),
    "unit_not_allowed": ("refused", "该渠道不得代表此单位", "this channel does not speak for that unit"),
    "unit_of_elsewhere": ("refused", "该单位与办件的办理地无关",
                          "that unit has no part in the place where the case is decided"),
    "clock_ahead": ("later", "环节时间晚于现在，请届时再报", "its time is still to come: tell it again then"),
    "in_the_future": ("refused", "环节时间在一天以后", "its time is more than a day ahead"),
    "number_not_known_yet": ("later", "编号尚未核实，请稍后再报", "the number is not known yet: tell it again"),
    "busy": ("later", "暂时不能记录，请稍后再报", "nothing can be recorded now: tell it again"),
    "case_faulty": ("refused", "申请内容有误", "there are faults in the case"),
    "not_allowed": ("refused", "无权向该区划或就该事项移交办件", "no right to hand over this, or there"),
    "item_not_found": ("refused", "没有可办的对应事项", "there is no item that it could be handled as"),
    "not_served": ("refused", "没有平台承办该区划的该事项", "no platform serves this item in this division"),
    "not_agreed": ("refused", "通办协议未约定或事项未开通", "no agreement covers it, or the item is not open"),
    "case_open": ("refused", "同一申请人在该地已有同一事项的在办件",
                  "the person has an open case for this item in that place"),
    "case_over": ("refused", "办件已有决定或已办结，不能再补正、补交或撤回",
                  "the case is decided or over: nothing can come to it"),
    "nothing_asked": ("refused", "办理单位没有要求补正或补交", "nobody has asked for a correction or a supplement"),
    "not_offered": ("refused", "承办平台不接收这一操作，请直接联系办理单位",
                    "the platform that has it does not take this: turn to the deciding unit"),
    "ticket_unknown": ("refused", "没有此票据", "there is no such ticket"),
    "ticket_over": ("refused", "票据已使用或已过期，请申请人从原处重新进入",
                    "the ticket is used up or over: the person has to come again from where they came"),
    "earlier_open": ("later", "同一操作的前一次尚未送达，请稍后再报",
                     "an earlier one is still under way: tell it again"),
    "parcel_differs": ("refused", "同一运单的寄送方向或内件与先前告知的不同",
                       "a parcel of that number goes the other way, or holds something else"),
    "parcels_full": ("refused", "该办件的寄件情况已达上限（200 次）",
                     "no more is recorded of the parcels of this case (200 events)"),
    "other_record": ("refused", "同一报文中另有记录未被接收，整个报文未接收",
                     "another record of the message was not taken, so nothing of it was"),
}  # fmt: skip


def outcome_of(reason: str) -> Outcome:
    return REASONS[reason][0]


def words_of(reason: str) -> str:
    """In Chinese: it is read by the staff of the platform."""
    return REASONS[reason][1]
