"""OUT holds all finished files or is as it was before."""

import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.io.output import staging


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def fill(folder: Path, text: str = "new") -> None:
    (folder / "heads").mkdir()
    (folder / "heads" / "dfr.npz").write_text(text)
    (folder / "audit.json").write_text(text)


def fill_and_raise(out: Path, error: type[BaseException] | BaseException) -> None:
    with staging(out) as folder:
        fill(folder)
        raise error


WHOLE = {"audit.json": "new", "heads/dfr.npz": "new"}


@pytest.mark.parametrize("out", ["out", "deep/er/out"])
def test_a_new_folder_appears_whole(tmp_path: Path, out: str) -> None:
    with staging(tmp_path / out) as folder:
        fill(folder)
        assert not (tmp_path / out).exists()
    assert tree(tmp_path / out) == WHOLE
    assert len([*tmp_path.rglob("*")]) == len(Path(out).parts) + 3


def test_files_of_the_same_name_are_replaced_and_others_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    fill(out, "old")
    (out / "mine.txt").write_text("mine")
    with staging(out) as folder:
        fill(folder)
        assert tree(out)["audit.json"] == "old"
    assert tree(out) == {**WHOLE, "mine.txt": "mine"}
    assert [*tmp_path.iterdir()] == [out]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError, OSError(errno.ENOSPC, "full")])
@pytest.mark.parametrize("exists", [True, False])
def test_an_error_leaves_everything_as_it_was(
    tmp_path: Path, exists: bool, error: type[BaseException] | BaseException
) -> None:
    out = tmp_path / "deep" / "out"
    if exists:
        out.mkdir(parents=True)
        fill(out, "old")
    before = tree(tmp_path)
    expected = InputError if isinstance(error, OSError) else error
    with pytest.raises(expected):  # type: ignore[arg-type]
        fill_and_raise(out, error)
    assert tree(tmp_path) == before
    assert out.exists() == (tmp_path / "deep").exists() == exists


@pytest.mark.parametrize("at", [1, 2])
def test_a_move_that_fails_takes_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "audit.json").write_text("old")
    replace, calls = os.replace, iter(range(1, 99))

    def fails(source: Path, target: Path) -> None:
        if next(calls) == at:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(source))
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(InputError, match=r"Input/output error\. Check the disk"), staging(out) as folder:
        fill(folder)
    assert tree(tmp_path) == {"out/audit.json": "old"}
    assert [*out.iterdir()] == [out / "audit.json"]


def test_a_folder_with_the_name_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out" / "audit.json").mkdir(parents=True)
    with pytest.raises(InputError, match="Is a directory"), staging(tmp_path / "out") as folder:
        fill(folder)
    assert tree(tmp_path) == {}


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "out", tmp_path / "file" / "deep" / "out"):
        with pytest.raises(InputError, match=r"file.* cannot be written: Not a directory\. Choose"), staging(out):
            pass
    assert tree(tmp_path) == {"file": "mine"}


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(errno.EROFS, "writable disk"), (errno.EACCES, "may write to"), (errno.ENOSPC, "Free some space")],
)
def test_a_disk_that_refuses_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, remedy: str
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with (
        pytest.raises(InputError, match=f"{tmp_path / 'out'} cannot be written: .*{remedy}"),
        staging(tmp_path / "out"),
    ):
        pass


def test_a_disk_that_fills_up_while_a_file_is_brought_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"), staging(tmp_path / "out") as folder:
        fill(folder)
    assert [*tmp_path.iterdir()] == []


def test_errors_that_do_not_speak_of_the_output_rise_unchanged(tmp_path: Path) -> None:
    with pytest.raises(PermissionError, match="elsewhere"), staging(tmp_path / "out"):
        raise PermissionError(errno.EACCES, "Permission denied", "/elsewhere/data.csv")
    with pytest.raises(FileNotFoundError), staging(tmp_path / "out") as folder:
        (folder / "nothing").read_text()


def test_where_nothing_can_lie_beside_out_the_draft_lies_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mount"
    out.mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == out)
    with staging(out) as folder:
        assert folder.parent == out
        fill(folder)
    assert tree(out) == WHOLE
    assert [*tmp_path.iterdir()] == [out]


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real", tmp_path / "out")
    with staging(tmp_path / "out") as folder:
        fill(folder)
    assert tree(tmp_path / "real") == WHOLE
    assert (tmp_path / "out").is_symlink()


def test_drafts_of_dead_processes_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {pid: tmp_path / f".out.hindmost-{platform.node()}-{pid}-0123abcd" for pid in (dead.pid, os.getpid())}
    other = tmp_path / f".out.hindmost-elsewhere-{dead.pid}-0123abcd"
    for path in (*names.values(), other):
        path.mkdir()
    with staging(tmp_path / "out"):
        pass
    assert sorted(tmp_path.iterdir()) == sorted([names[os.getpid()], other, tmp_path / "out"])
