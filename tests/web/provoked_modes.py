"""How the codes of joint cases and of what windows do for another place come about."""

from tests.web.checked import Answer
from tests.web.joint import joint_of_somebody, submit_joint
from tests.web.service import changed
from tests.web.stage import Stage, provokes
from tests.web.test_agency import all_that_may_be
from tests.web.visits import visit_of_somebody

_BY = {"at": "2026-11-20T10:00:00+08:00"}
_PARCEL = {"event": "lost", "direction": "there", "carrier": "中国邮政", "number": "EB123456789CN", "by": _BY}
_SERVICE = {
    "receipt": "SD-0001", "to": "applicant", "by": _BY,
    "identity_check": {"method": "IDCARD-READER", "at": "2026-11-20T10:00:00+08:00"},
}  # fmt: skip


@provokes("part_refused")
async def _(stage: Stage) -> Answer:
    document = changed(joint_of_somebody(), parts__1__item__code="T-NOWHERE")
    return await submit_joint(stage.service, document, stage.key)


@provokes("parcel_differs")
async def _(stage: Stage) -> Answer:
    path = f"{(await stage.submit()).document['links']['case']}/parcels"
    await stage.service.ask("POST", path, body=_PARCEL)
    return await stage.service.ask("POST", path, body={**_PARCEL, "direction": "back"})


@provokes("parcels_full")
async def _(stage: Stage) -> Answer:
    submitted = (await stage.submit()).document
    await all_that_may_be(stage.service, submitted["case"])
    return await stage.service.ask("POST", f"{submitted['links']['case']}/parcels", body=_PARCEL)


@provokes("no_site")
async def _(stage: Stage) -> Answer:
    body = changed(visit_of_somebody("gd-person"), division="440281")
    return await stage.service.ask("POST", "/v1/visits", body=body)


@provokes("ticket_over")
async def _(stage: Stage) -> Answer:
    issued = await stage.service.ask("POST", "/v1/visits", body=visit_of_somebody("gd-person"))
    ticket = {"ticket": issued.document["address"].rpartition("ticket=")[2]}
    await stage.service.ask("POST", "/v1/visits/redemption", caller="site-gd", body=ticket)
    return await stage.service.ask("POST", "/v1/visits/redemption", caller="site-gd", body=ticket)


@provokes("nothing_decided")
async def _(stage: Stage) -> Answer:
    path = f"{(await stage.submit()).document['links']['case']}/service"
    return await stage.service.ask("POST", path, body=_SERVICE)
