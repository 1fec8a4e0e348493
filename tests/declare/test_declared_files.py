"""Is nothing outside the project opened, and no declaration passed over in silence?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_region import FILES, VOCABULARY, told, understood, write

from vardskiftet.declare import read
from vardskiftet.declare.paths import inside
from vardskiftet.declare.scalars import Unreadable
from vardskiftet.errors import DeclarationsWrong


@pytest.mark.parametrize(
    "path",
    [
        "waves/west.yml",
        "waves/nights/night.yaml",
        "mappings/elvis/deep/x.yaml",
        "mappings/codes/x.yaml",
        "mappings/x.yaml",
        "mappings/elvis/codes/x.csv",
    ],
)
def test_a_declaration_that_nothing_reads_is_told(tmp_path: Path, path: str) -> None:
    faults = told(tmp_path, {path: "a: 1\n"})
    assert [(fault.path, fault.message) for fault in faults] == [(path, "is a declaration that nothing reads.")] and faults[0].hint


@pytest.mark.parametrize("path", ["waves/README.md", "waves/.hidden.yaml", "mappings/.git/x.yaml", "mappings/elvis/notes.csv"])
def test_what_is_no_declaration_is_left_alone(tmp_path: Path, path: str) -> None:
    assert understood(tmp_path, {path: "x"}).files == tuple(sorted(understood(tmp_path).files))
    assert path not in dict(understood(tmp_path).files)


@pytest.mark.parametrize("name", ["Väst.yaml", "a b.yaml", "x\x1b[31m.yaml", "a.b.yaml"])
def test_a_hostile_file_name_is_told_and_shown_harmless(tmp_path: Path, name: str) -> None:
    (fault,) = told(tmp_path, {f"waves/{name}": "a: 1\n"})
    assert "is not a name" in fault.message and (fault.path + fault.message).isprintable()


def test_a_file_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "waves" / os.fsdecode(b"\xff.yaml")).write_bytes(b"a: 1\n")
    with pytest.raises(DeclarationsWrong) as wrong:
        read(tmp_path, VOCABULARY)
    assert [fault.path.isprintable() for fault in wrong.value.faults] == [True]


def test_a_linked_file_outside_is_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("wave: west\n")
    project = write(tmp_path / "project", {})
    (project / "waves/west.yaml").symlink_to(outside)
    with pytest.raises(DeclarationsWrong) as wrong:
        read(project, VOCABULARY)
    assert [(fault.path, fault.message) for fault in wrong.value.faults] == [
        ("waves/west.yaml", "is a link that leads out of the project.")
    ]


def test_links_in_a_circle_folders_and_pipes_are_told(tmp_path: Path) -> None:
    project = write(tmp_path, {})
    (project / "waves/circle.yaml").symlink_to(project / "waves/circle.yaml")
    os.mkfifo(project / "waves/pipe.yaml")
    (project / "waves/units").symlink_to(project / "mappings")
    with pytest.raises(DeclarationsWrong) as wrong:
        read(project, VOCABULARY)
    found = {fault.path: fault.message for fault in wrong.value.faults}
    assert set(found) == {"waves/circle.yaml", "waves/pipe.yaml", "waves/units"}
    assert found["waves/pipe.yaml"] == "is not a file." and "linked folder" in found["waves/units"]


def test_a_project_may_be_reached_through_a_link(tmp_path: Path) -> None:
    project = write(tmp_path / "project", {})
    (tmp_path / "link").symlink_to(project)
    assert read(tmp_path / "link", VOCABULARY).root == project.resolve()


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", "~/x", "C:/x", "a\\b", "", " ", ".", "a/..", "a\x00b", "a\nb", "out/x", "out", "circle/x"],
)
def test_a_written_path_that_leaves_the_project_is_refused(tmp_path: Path, path: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "out").symlink_to(tmp_path)
    (project / "circle").symlink_to(project / "circle")
    with pytest.raises(Unreadable):
        inside(project.resolve())(path)


@pytest.mark.parametrize("path", ["x", "a/b.sqlite", "./a", "a..b", "in/x", "åäö/x"])
def test_a_written_path_inside_is_kept_as_written(tmp_path: Path, path: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "in").symlink_to(tmp_path / "a")
    assert inside(tmp_path.resolve())(path) == path


def test_the_small_region_lies_where_files_are_looked_for(tmp_path: Path) -> None:
    assert [path for path, _ in understood(tmp_path).files] == sorted(FILES)
