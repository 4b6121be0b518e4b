"""The image: linted, built from files that exist, with everything that the packages need.

Whether it builds is not tested: that needs a Docker engine and the network.
"""

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import yaml

from tests.shape.sources import CHECKOUT, INSTALLED

DOCKERFILE = (CHECKOUT / "Dockerfile").read_text("utf-8")
NOT_IMPORTED = ("mappings/platforms/", "mappings/examples/")  # declarations: read, never installed


def stages():
    """stage -> its instructions, continued lines joined."""
    found: dict[str, list[str]] = {}
    for line in re.sub(r"\\\n\s*", " ", DOCKERFILE).splitlines():
        if started := re.match(r"FROM \S+ AS (\S+)", line):
            found[started[1]] = []
        elif found and line.strip() and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


def copied(instructions):
    """What is copied out of the build context."""
    copies = [line.split()[1:] for line in instructions if line.startswith("COPY ") and "--from" not in line]
    return [source for words in copies for source in words[:-1]]


def ignored(path):
    """Whether .dockerignore keeps a path out; the last line that fits decides."""
    verdict = False
    for line in (CHECKOUT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!").removeprefix("**/")
            if any(fnmatchcase(str(part), pattern) for part in (path, path.name, *path.parents)):
                verdict = not line.startswith("!")
    return verdict


def test_the_dockerfile_is_clean():
    linter = Path(sys.executable).with_name("hadolint")
    ran = subprocess.run([linter, "--no-color", "Dockerfile"], cwd=CHECKOUT, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_everything_that_is_copied_exists_and_reaches_the_build():
    sources = [source for instructions in stages().values() for source in copied(instructions)]
    assert len(sources) > 8
    missing = [each for each in sources if not (CHECKOUT / each).exists() or ignored(PurePosixPath(each))]
    assert missing == []


def test_the_auditors_image_holds_nothing_of_the_gateway():
    instructions = stages()["auditor"]
    assert copied(instructions) == ["audit"]
    assert 'ENTRYPOINT ["python", "-m", "audit"]' in instructions
    assert copied(stages()["build-auditor"]) == ["constraints.txt"]


def test_the_gateway_of_the_image_can_be_reached_from_outside_it():
    """The address is replaced while the image is built; what is replaced must stand there."""
    (replaced,) = [line for line in stages()["build"] if "sed " in line]
    assert "host: 127\\.0\\.0\\.1/host: 0.0.0.0" in replaced
    assert "host: 127.0.0.1" in (CHECKOUT / "conf" / "gateway.yaml").read_text("utf-8")


def test_no_image_runs_as_root():
    for name in ("auditor", "gateway"):
        assert "USER 10001:10001" in stages()[name]


def test_secrets_callers_and_simulators_stay_out_of_the_image():
    for path in ("conf/callers/guichi.yaml", "conf/platforms/x.yaml", "mappings/examples/sim-gd/platform.yaml",
                 "tests/fakes/gd.py", "state/keys/wrapping.key", "secrets/licence", ".git/config"):  # fmt: skip
        assert ignored(PurePosixPath(path)), path


def test_every_file_that_a_package_reads_is_installed_with_it():
    declared = (CHECKOUT / "setup.py").read_text()
    block = re.search(r"package_data=\{(.*?)\n    \}", declared, re.DOTALL)
    assert block
    patterns = {
        f"{package}/{pattern}"
        for package, listed in re.findall(r'"(\w+)": \[(.*?)\]', block[1], re.DOTALL)
        for pattern in re.findall(r'"([^"]+)"', listed)
    }
    files = [path for package in INSTALLED for path in (CHECKOUT / package).rglob("*") if path.is_file()]
    names = [path.relative_to(CHECKOUT).as_posix() for path in files if "__pycache__" not in path.parts]
    wanted = [each for each in names if not each.endswith(".py") and not each.startswith(NOT_IMPORTED)]
    assert [each for each in wanted if not any(fnmatchcase(each, pattern) for pattern in patterns)] == []


def test_compose_builds_targets_that_exist():
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    assert {service["build"]["target"] for service in services.values()} <= stages().keys()
    assert all(service["read_only"] for service in services.values())
