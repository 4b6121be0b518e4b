"""tongban item code: a code part by part, and what is wrong with it."""

import click

from gateway.items.codes import TITLES, faults, form, parse, parts, remarks
from gateway.items.local_codes import SEPARATOR

NAMES = {
    "unit": "实施主体", "level": "行使层级", "province": "省份", "type": "事项类型", "main_item": "主项",
    "sub_item": "子项", "handling": "业务办理项序号", "date": "日期", "serial": "流水号", "catalogue": "地方目录",
    "area": "行政区划", "filler": "固定段", "digit": "一位序号", "number": "序号", "guid": "数据行标识",
    "type_letters": "类型字母", "division": "行政区划", "department": "部门字母", "place": "行政区划",
    "local": "地方编码",
}  # fmt: skip


@click.command("code")
@click.argument("code")
def code(code: str) -> int:
    """逐段解释一个事项编码。 Explain an item code part by part, and what is wrong with it; nothing is mended."""
    parsed = parse(code)
    found = form(parsed)
    click.echo(f"{'form':<12} {found} {TITLES[found]}")
    for part in parts(parsed):
        if part.name != SEPARATOR:
            said = "：".join(filter(None, (NAMES.get(part.name, ""), part.meaning)))
            click.echo(f"{part.name:<12} {part.text} {said}".rstrip())
    wrong = faults(parsed)
    for problem in (*wrong, *remarks(parsed)):
        click.echo(f"{problem.text('zh')} / {problem.text('en')}", err=True)
    return 1 if wrong else 0
