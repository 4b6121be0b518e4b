"""`tongban case erase`: all of a case or nothing; that it existed, when it ended and why stays provable."""

import json
from pathlib import Path

from audit.cli import SOUND
from audit.cli import main as audit
from gateway.erasure.periods import GROUNDS, HOLDS
from gateway.materials.folder import MaterialFolder
from tests.erasure.conftest import cases_of, left
from tests.fakes.fixtures import canary
from tests.faults.ledgers import ask, verified
from tests.faults.places import Place
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.reconcile.told import entries_of
from tests.replay.conftest import command, travelled

pytestmark = ON_BOTH_WHEN_LONG
ORDER = ("--as", "li.w", "--ground", "request", "--document", "模个保〔2026〕7号")
NOTHING = {"body_keys": 0, "bodies": 0, "materials": 0}


def files(place: Place, case_id: str) -> list[Path]:
    folder = MaterialFolder(place.folder / "state" / "materials")
    rows = ask(place.database, "select distinct digest from materials where case_id = ?", case_id)
    return [folder.path(row[0]) for row in rows]


def there(paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.exists()]


async def test_a_dry_run_tells_what_would_go_and_nothing_goes(place: Place) -> None:
    case_id = cases_of(place)[0]
    before = left(place, case_id)
    code, results, _ = await command(place, "case", "erase", case_id, *ORDER, "--dry-run", "--json")
    told = json.loads(results)
    assert (code, told["erased"]) == (0, False)
    assert sum(each["bodies"] for each in told["exchanges"]) == before["bodies"]
    assert sum(each["files"] for each in told["exchanges"]) == len(files(place, case_id)) > 0
    assert left(place, case_id) == before
    assert entries_of(place, "content.erased") == []


async def test_what_is_erased_is_proven_to_have_been_and_says_nothing_any_more(
    place: Place, tmp_path: Path
) -> None:
    case_id = cases_of(place)[0]
    ((exchange,),) = ask(
        place.database, "select id from exchanges where case_id = ? and operation = 'case.submit'", case_id
    )
    papers = files(place, case_id)
    words = ("exchange", "disclose", exchange, "--field", "/sxssbm", "--into", str(tmp_path), "--why", "复议")
    code, shown, _ = await command(place, *words)
    assert code == 0
    proof = shown.split()[0]
    code, results, _ = await command(place, "case", "erase", case_id, *ORDER)
    assert (code, [value for value in canary() if value in results]) == (0, [])
    assert (left(place, case_id), there(papers)) == (NOTHING, [])
    key = (place.folder / "log_key").read_text()
    assert audit(["verify", proof, "--key", key]) == SOUND
    assert not verified(place.database, key)
    code, _, talk = await command(place, *words)
    assert (code, "erased" in talk) == (1, True)
    _, _, told = await travelled(place, "active", "files")
    assert told["not_replayable"]["erased"] > 0
    said = entries_of(place, "content.erased")
    assert {each["case"] for each in said} == {case_id}
    assert {(each["ground"], each["document"], each["actor"]) for each in said} == {
        ("request", "模个保〔2026〕7号", "li.w")
    }
    assert ask(place.database, "select person, name from cases where id = ?", case_id) == [("", "")]
    code, _, talk = await command(place, "case", "erase", case_id, *ORDER)
    assert (code, "erased already" in talk) == (1, True)


async def test_nothing_of_a_case_under_a_hold_is_erased_until_it_is_lifted(place: Place) -> None:
    case_id = cases_of(place)[0]
    before = left(place, case_id)
    held = ("--as", "wang.x", "--ground", "litigation", "--document", "(2026)模0102行初3号")
    assert (await command(place, "case", "hold", case_id, *held))[0] == 0
    assert (await command(place, "case", "hold", case_id, *held))[0] == 1
    code, _, talk = await command(place, "case", "erase", case_id, *ORDER)
    assert (code, "(2026)模0102行初3号" in talk, left(place, case_id)) == (1, True, before)
    code, results, _ = await command(place, "case", "holds")
    assert (code, results.split()[:2]) == (0, ["case", case_id])
    assert (await command(place, "case", "hold", case_id, *held, "--lift"))[0] == 0
    assert (await command(place, "case", "erase", case_id, *ORDER))[0] == 0
    placed, lifted = entries_of(place, "hold.placed"), entries_of(place, "hold.lifted")
    assert [(each["case"], each["ground"], each["actor"]) for each in placed + lifted] == [
        (case_id, "litigation", "wang.x")
    ] * 2


async def test_what_names_no_case_no_ground_or_a_persons_number_is_not_done(place: Place) -> None:
    code, _, talk = await command(place, "case", "erase", "NO-SUCH-CASE", *ORDER)
    assert (code, "no such case" in talk) == (1, True)
    code, _, _ = await command(place, "case", "erase", cases_of(place)[0], "--ground", "request")
    assert code == 2
    number = ("--ground", "request", "--document", "330282199001011234")
    code, _, _ = await command(place, "case", "erase", cases_of(place)[0], *number)
    assert code == 2
    assert GROUNDS.keys().isdisjoint(HOLDS)
