"""Does somebody who has only the wheel get a demo, and a programme of their own from its printed hints?"""

from __future__ import annotations

import os
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (
        "from hatchling.builders.wheel import WheelBuilder; import sys; print(next(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2])))"
    )
    done = subprocess.run([sys.executable, "-c", build, str(ROOT), str(folder)], capture_output=True, text=True, check=False)
    if "No module named 'hatchling'" in done.stderr:
        pytest.skip("not examined: hatchling")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def tool(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's commands: the wheel unpacked by pip's own rules, its libraries borrowed from this environment."""
    place = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    paths = {"base": str(place), "platbase": str(place)}
    packages = Path(sysconfig.get_path("purelib", "venv" if "venv" in sysconfig.get_scheme_names() else None, vars=paths))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    borrowed = [path for path in (*site.getsitepackages(), sysconfig.get_path("purelib")) if Path(path).is_dir()]
    # Behind the wheel on the path, and without the checkout's own editable link: a .pth is not followed inside a .pth.
    (packages / "borrowed.pth").write_text("\n".join(dict.fromkeys(borrowed)) + "\n", encoding="utf-8")
    command = place / "bin" / "vardskiftet"
    command.write_text(f"#!{place / 'bin' / 'python'}\nfrom vardskiftet.cli.main import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    return place / "bin"


def run(line: str, tool: Path, here: Path) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VARDSKIFTET", "PYTEST", "PYTHON"))}
    env = inherited | {"PATH": f"{tool}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(line, shell=True, cwd=here, env=env, capture_output=True, text=True, check=False)


def test_declarations_templates_and_the_beginning_travel_with_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for path in (
        "waves/programme.yaml",
        "mappings/record.yaml",
        "mappings/elvis/booking.yaml",
        "reports/wave.html",
        "reports/labels.sv.yaml",
    ):
        assert f"vardskiftet/_shipped/{path}" in names
    assert "vardskiftet/demo/starter_files/waves/first.yaml" in names
    assert "vardskiftet/demo/starter_files/mappings/codes/visit_kind.csv" in names
    assert not [name for name in names if name.startswith(("tests/", "vardskiftet/_shipped/tests"))]


def test_the_tool_runs_from_the_wheel_and_from_nowhere_else(tool: Path, tmp_path: Path) -> None:
    said = run(
        f"{tool / 'python'} -c 'import vardskiftet, vardskiftet.shipped as s; print(vardskiftet.__file__); print(s.shipped())'",
        tool,
        tmp_path,
    )
    lines = said.stdout.splitlines()
    assert lines[0].startswith(str(tool.parent)), said.stderr
    assert lines[1].endswith("vardskiftet/_shipped")
    assert str(ROOT) not in said.stdout


def test_the_demo_runs_from_the_wheel(tool: Path, tmp_path: Path) -> None:
    done = run("vardskiftet demo --size 60 --quiet", tool, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The books close." in done.stdout
    assert (tmp_path / "vardskiftet-demo" / "work" / "reports" / "south-1.html").is_file()


def test_a_programme_of_ones_own_runs_from_the_hints_of_the_wheel(tool: Path, tmp_path: Path) -> None:
    begun = run("vardskiftet init mine", tool, tmp_path)
    assert begun.returncode == 0, begun.stdout + begun.stderr
    hints = [line.strip() for line in begun.stdout.partition("next:\n")[2].splitlines()]
    assert hints[0] == "cd mine"
    assert "vardskiftet plan first" in hints
    done = run(" && ".join(["vardskiftet --version", *hints]), tool, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "mine" / "work" / "reports" / "first.html").is_file()
