"""GB 2312 as platforms read it: the dot of minority names passes, what would be misread does not."""

import pytest

from adapters.codecs.charset import unwritable, writable


@pytest.mark.parametrize("text", ["古丽·阿不都", "甲—乙", "张三"])
def test_what_platforms_read_as_it_was_meant_passes(text):
    assert writable(text, "gb2312")


@pytest.mark.parametrize(
    "text, position", [("古丽・阿不都", 3), ("甲―乙", 2), ("朱镕基", 2), ("陶喆", 2), ("李堃", 2)]
)
def test_what_they_would_read_as_something_else_is_told_by_character(text, position):
    (problem,) = unwritable({"SQRXM": text}, "gb2312")
    assert (problem.path, problem.facts["position"]) == ("SQRXM", position)
