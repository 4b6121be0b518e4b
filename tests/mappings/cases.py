"""A sound case for the tests of this folder. Its persons and numbers are invented; the check digits are right."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NOW_MS = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1000)
TODAY = "2026-11-21"
AT = "2026-11-21T10:00:00+08:00"
HERE, THERE = "11440100007482575H", "11440100007483172Q"
DIGEST = "sha-256:" + hashlib.sha256(b"x").hexdigest()


def a_case(materials: int = 1) -> dict[str, Any]:
    """A case that passes every check at NOW_MS."""
    return {
        "item": {"code": "11440100007483172Q3440106043001", "name": "往来港澳通行证"},
        "division": "440232",
        "unit": THERE,
        "mode": "collect_for",
        "applicant": {
            "kind": "person",
            "name": "张三",
            "id_type": "111",
            "id_number": "11010519491231002X",
            "mobile": "13800000000",
            "sex": "2",
            "birth_date": "1949-12-31",
            "nationality": "CHN",
            "address": "某省某市某县测试路一号",
        },
        "agent": {
            "name": "王五",
            "id_type": "414",
            "id_number": "E12345678",
            "scope": "代为提交",
            "expires_on": "2027-01-01",
        },
        "receiving": {
            "division": "330282",
            "unit": HERE,
            "unit_name": "某市政务服务中心",
            "window": "A12",
            "staff": "赵六",
            "identity_check": {"method": "人证比对", "at": AT},
            "form_check": {"at": AT},
            "received_at": AT,
        },
        "form": {"reason": "迁移", "copies": 2, "kinds": ["a", "b"]},
        "materials": [a_material(index) for index in range(materials)],
        "purpose": "办理申请",
        "numbers": [{"owner": "330282", "kind": "receipt", "number": "R1"}],
        "note": "无",
    }


def a_material(index: int) -> dict[str, Any]:
    return {
        "code": f"M{index}",
        "name": "申请表",
        "form": "electronic",
        "count": 1,
        "trust": "B",
        "verification": {"by": "赵六", "unit": HERE, "at": AT},
        "files": [a_file(f"f{index}")],
    }


def a_file(identity: str) -> dict[str, Any]:
    return {"id": identity, "name": "a.pdf", "media_type": "application/pdf", "size": 1, "digest": DIGEST}
