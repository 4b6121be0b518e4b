"""`tongban exchange trace`: every value of a message back to its source, masked unless somebody says why."""

import json

import sqlalchemy as sa

from gateway.exchange.reads import Question, pose
from gateway.replay.blame import blame
from gateway.shown import without_values
from gateway.store.tables import bodies
from tests.fakes.fixtures import canary
from tests.faults.ledgers import ask
from tests.faults.places import Place, sound
from tests.faults.stores import ON_A_FILE
from tests.reconcile.told import entries_of
from tests.replay.conftest import command, erase, put_in_force, rewrite

pytestmark = ON_A_FILE


def of(place: Place, platform: str, kind: str = "write", place_: int = 0) -> str:
    asked = "select id from exchanges where platform = ? and kind = ? order by id"
    return str(ask(place.database, asked, platform, kind)[place_][0])


async def test_every_value_that_was_sent_has_its_path_words_line_and_table_row(place):
    code, results, talk = await command(place, "exchange", "trace", of(place, "sim-gd"))
    assert (code, talk) == (0, "")
    head, release, part, *lines = results.splitlines()
    assert head.split()[1:3] == ["sim-gd", "case.submit"]
    assert " by=" in release and release.startswith("release sha256:")
    assert part.startswith("报文 message sim-gd/case.submit sha256:")
    file = (place.folder / "platforms/sim-gd/case.submit.yaml").read_text("utf-8").splitlines()
    row = next(n for n, text in enumerate(file, 1) if text.startswith("  sqrzjlx:"))
    table = (place.folder / "platforms/sim-gd/tables/id_type.yaml").read_text("utf-8").splitlines()
    code_row = next(n for n, text in enumerate(table, 1) if '"111"' in text)
    assert (
        f'  sqrzjlx = 10 <- applicant.id_type | table("id_type") <- sim-gd/case.submit.yaml:{row}'
        f" <- sim-gd/tables/id_type.yaml:{code_row}"
    ) in lines
    assert any(line.startswith("  sqrxb = * <- ") and line.endswith("/tables/sex.yaml:*") for line in lines)
    assert not any("<- ?" in line or "differs" in line for line in lines)
    assert any(
        line.startswith("  clxx[0].fj[0].wjm = ") and "materials[0].files[0].name" in line for line in lines
    )
    assert lines[-1].startswith("回执 answer")


async def test_no_personal_value_is_shown_to_whoever_does_not_say_why(place):
    for more in ((), ("--json",)):
        _, results, talk = await command(place, "exchange", "trace", of(place, "sim-gd"), *more)
        assert [value for value in canary() if value in results + talk] == []
    assert entries_of(place, "values.shown") == []


async def test_nothing_of_any_case_is_shown_that_its_schema_calls_personal(place):
    async with place.gateway() as gateway:
        for exchange in (
            row[0] for row in ask(place.database, "select id from exchanges where kind = 'write'")
        ):
            found = await blame(gateway, exchange)
            document = await gateway.papers.tree(exchange, "document")
            told = "\n".join(str(each.shown(values=False)) for each in found.sent.values)
            assert without_values(told, document) == told
            assert document["purpose"] not in told and len(told) > 200


async def test_what_this_program_would_make_otherwise_by_now_is_told(place):
    exchange = of(place, "sim-gd")
    async with place.gateway() as gateway:
        message = await gateway.papers.tree(exchange, "message")
        await reseal(gateway, exchange, "message", {**message, "xzqhdm": "440232", "fremd": "1"})
        found = await blame(gateway, exchange)
        assert found.sent.changed == {"xzqhdm", "fremd"}
    _, results, _ = await command(place, "exchange", "trace", exchange)
    assert "  xzqhdm = 440232 <- division | division(12) <- sim-gd/case.submit.yaml:" in results
    assert results.count("今再算不同") == 1 and "  fremd = * <- ?" in results


async def test_an_answer_that_the_reply_does_not_describe_is_told_by_path_and_code(place):
    exchange = of(place, "sim-gd", "read")
    async with place.gateway() as gateway:
        answer = await gateway.papers.tree(exchange, "answer/1")
        answer["document"]["data"]["zt"] = "王小明"
        await reseal(gateway, exchange, "answer/1", answer)
        found = await blame(gateway, exchange)
    assert (found.answered.values, found.answered.refused) == ((), (("state", "not_in_table"),))


async def reseal(gateway, exchange: str, name: str, tree: object) -> None:
    """Put another body in the place of one that is stored."""
    key = await gateway.papers.key_of(exchange)
    sealed = gateway.papers.vault.seal_tree(key, name, tree)
    change = sa.update(bodies).where(bodies.c.exchange_id == exchange, bodies.c.name == name)
    await gateway.store.write(lambda tx: tx.connection.run(change.values(sealed=sealed)))


async def test_values_are_shown_after_an_entry_says_who_saw_them_and_the_reason_is_sealed_apart(place):
    exchange = of(place, "sim-gd")
    code, results, talk = await command(
        place, "exchange", "trace", exchange, "--values", "--why", "张三来电要求核对", "--as", "li.w"
    )
    assert code == 0
    name, number = canary()[:2]
    assert f"sqrxm = {name} <- applicant.name" in results and number in results
    assert [value for value in canary() if value in talk] == []
    (entry,) = entries_of(place, "values.shown")
    assert (entry["exchange"], entry["actor"], entry["command"]) == (exchange, "li.w", "exchange trace")
    assert "张三" not in json.dumps(entry, ensure_ascii=False)
    sound(place)
    async with place.gateway() as gateway:
        note = await gateway.papers.tree(exchange, "note/1")
    assert note == {"actor": "li.w", "reason": "张三来电要求核对"}


async def test_it_is_told_under_the_release_it_was_sent_by_also_when_a_newer_one_is_in_force(place):
    exchange = of(place, "sim-gx")
    before = json.loads((await command(place, "exchange", "trace", exchange, "--json"))[1])
    rewrite(
        place,
        "sim-gx/case.submit.yaml",
        "SQRXM: applicant.name | strip | middle_dot",
        "SQRXM: applicant.name",
    )
    rewrite(place, "sim-gx/case.submit.yaml", "title: 业务包报送", "title: 业务包报送\n\n")
    async with place.gateway() as gateway:
        assert await put_in_force(gateway) != before["release"]
    assert json.loads((await command(place, "exchange", "trace", exchange, "--json"))[1]) == before
    by_target = {each["target"]: each for each in before["message"]["values"]}
    name = by_target["DATA.YWJL.SQRXM"]
    assert name["words"] == ["strip", "middle_dot", 'at_most_bytes(60, "gb2312")']
    assert by_target["HEAD.BBH"]["source"] == '="1.0"' and by_target["HEAD.BBH"]["value"] == "1.0"
    assert all(not each["changed"] and each["line"] for each in before["message"]["values"])


async def test_an_answer_is_traced_by_the_mapping_of_the_reply(place):
    code, results, _ = await command(place, "exchange", "trace", of(place, "sim-gd", "read"))
    assert code == 0
    assert "报文 message: 未留存" in results  # a read keeps no message
    (line,) = [each for each in results.splitlines() if each.startswith("  state = ")]
    assert ' <- data.zt | table_back("progress") <- sim-gd/case.progress.reply.yaml:' in line
    assert " <- sim-gd/tables/progress.yaml:" in line


async def test_an_answer_that_no_mapping_says_in_our_words_is_told_by_its_description(place):
    (place.folder / "platforms/sim-gd/case.progress.reply.yaml").unlink()
    about = of(place, "sim-gd")
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        await put_in_force(gateway)
        found = await gateway.exchanges.look_up(about)
        question = Question("case.progress", found.platform, "k1/", about=found, caller=found.caller)
        exchange, _ = await pose(gateway.exchanges, question)
    code, results, _ = await command(place, "exchange", "trace", exchange.id)
    assert code == 0
    platform = (place.folder / "platforms/sim-gd/platform.yaml").read_text("utf-8").splitlines()
    at = platform.index("  case.progress:")
    taken = next(n for n, line in enumerate(platform, 1) if n > at and line.startswith("    taken:"))
    assert f"回执 answer sim-gd/platform.yaml case.progress.taken {exchange.release}" in results
    assert f"  reference = {exchange.theirs} <- data.caseNo <- sim-gd/platform.yaml:{taken}" in results


async def test_what_is_erased_says_so_and_still_names_its_release(place):
    exchange = of(place, "sim-gd")
    erase(place, exchange)
    code, results, talk = await command(
        place, "exchange", "trace", exchange, "--values", "--why", "r", "--as", "li.w"
    )
    assert code == 1
    assert len(results.splitlines()) == 2 and "release sha256:" in results
    assert "erased" in talk
    assert entries_of(place, "values.shown") == []


async def test_an_exchange_that_is_not_there_cannot_be_traced(place):
    code, results, talk = await command(place, "exchange", "trace", "0" * 26)
    assert (code, results) == (2, "")
    assert "0" * 26 in talk
