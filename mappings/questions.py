"""Open questions (待定): what a draft leaves to a person, as a comment `# ?4 what feeds it`.

A declaration with an open question is never put in force: whoever decides it removes the mark.
"""

import re
from collections.abc import Iterator

import yaml

from mappings.problems import Finding

_MARK = re.compile(r"(?:^|(?<=\s))#[ \t]*\?(\d+)[ \t]*([^\n]*)", re.MULTILINE)


def standing(file: str, text: str) -> Iterator[Finding]:
    """A finding for every question that stands in a YAML text; none in what is not YAML."""
    found = list(_MARK.finditer(text))
    if not found:
        return
    try:
        texts = [
            (token.start_mark.index, token.end_mark.index)
            for token in yaml.scan(text, Loader=yaml.SafeLoader)
            if isinstance(token, yaml.ScalarToken)
        ]
    except yaml.YAMLError:
        return
    for mark in found:
        if any(start <= mark.start() < end for start, end in texts):
            continue  # the text of a value, no comment
        above = text[: mark.start()]
        line, column = above.count("\n") + 1, mark.start() - above.rfind("\n")
        what = f"question {mark[1]} is open: {mark[2].strip() or 'it says no more'}"
        yield Finding(file, line, column, what, f"decide it, and remove the mark '# ?{mark[1]}'")
