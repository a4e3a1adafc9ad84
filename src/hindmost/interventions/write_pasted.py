"""A copy of a folder of photographs in which chosen rows have a twin with a patch."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import BoolArray, Rows
from hindmost.interventions.files import inside, write_mask, write_picture, write_table
from hindmost.interventions.frame import Pixels
from hindmost.interventions.paste import DEFAULT, Neutral, paste_pair, placed
from hindmost.interventions.patches import Patch
from hindmost.interventions.plan_paste import PastePlan
from hindmost.interventions.swap import Pair

ADDED = ("twin_of", "source_id", "twin_filename", "control_filename", "cue_mask_filename", "pasted_from")
COMPANIONS = ("mask_filename", "cue_mask_filename", "twin_filename", "control_filename")
SUFFIX = "-pasted"


@dataclass(frozen=True)
class Twin:
    """A pasted picture, its control and its patch; ``of`` is the id of its row, ``source`` of the patch's."""

    of: str
    pair: Pair
    patch: BoolArray
    source: str


@dataclass(frozen=True)
class Folder:
    """A folder with a table, as text, and the columns that matter here.

    Parameters
    ----------
    root : Path
    lines : tuple of dict       one per row, column -> text
    file, cue : str             columns
    id : str or None            column; None: the file name is the id
    """

    root: Path
    lines: tuple[dict[str, str], ...]
    file: str
    cue: str
    id: str | None = None

    def name(self, line: dict[str, str]) -> str:
        """The id of one line."""
        return line[self.id or self.file].strip()


def read_folder(root: Path, table: Path, *, file: str, cue: str, id: str | None = None) -> Folder:
    """The table of a folder that was recognised before.

    Raises
    ------
    InputError
        The table cannot be read or lacks a column.
    """
    with table.open(newline="", encoding="utf-8-sig") as stream:
        lines = tuple({key.strip(): value or "" for key, value in line.items()} for line in csv.DictReader(stream))
    wanted = {file, cue} | ({id} if id else set())
    missing = wanted - set(lines[0] if lines else ())
    if missing:
        raise InputError(f"{table.name} has no column {sorted(missing)[0]!r}. Pass the columns that were recognised.")
    return Folder(root, lines, file, cue, id)


def paste_twins(
    rows: Rows,
    plan: PastePlan,
    patches: Sequence[Patch],
    read_image: Callable[[int], Pixels],
    read_core: Callable[[int], BoolArray],
    *,
    neutral: Neutral = DEFAULT,
) -> Iterator[Twin]:
    """The twins of a plan, one after another; readers take a row's position."""
    for row, number, place in zip(plan.rows.tolist(), plan.patch.tolist(), plan.place.tolist(), strict=True):
        image = read_image(row)
        patch = placed(patches[number], (image.shape[0], image.shape[1]), place)
        pair = paste_pair(image, patch, neutral=neutral, skin=~read_core(row))
        yield Twin(str(rows.ids[row]), pair, patch.mask, patch.source)


def write_pasted(
    draft: Path, folder: Folder, twins: Iterable[Twin], *, cue_value: str, total: int = 0, progress: Progress = silent
) -> int:
    """Write the folder with its twins into ``draft``; return the number of twins.

    Every row stays, with its columns. A twin is a row of its own: the columns of its original but for id, file
    and cue, and ``twin_of``, ``source_id`` (shared, so that a pair never straddles splits or folds) and
    ``pasted_from`` (the row that the patch was cut from). The original names twin and control in
    ``twin_filename`` and ``control_filename``. New pictures are PNG, so that they differ from their
    originals by the patch alone.

    Parameters
    ----------
    draft : Path            an existing empty folder; whoever made it renames it when all is done
    folder : Folder
    twins : iterable of Twin
    cue_value : str         what the cue column says of a photograph with a patch
    total : int             number of twins to come, for the progress
    progress : Progress     hears about the stage "paste"

    Raises
    ------
    InputError
        A twin names no row, a row has a twin already, or a name is taken or leaves the folder.
    """
    lines = [dict.fromkeys([*folder.lines[0], *ADDED], "") | line for line in folder.lines]
    by_name = {folder.name(line): line for line in lines}
    _copy_files(draft, folder)
    made: list[dict[str, str]] = []
    for number, twin in enumerate(twins):
        made.append(_write_twin(draft, folder, by_name, twin, number, cue_value))
        progress("paste", number + 1, total)
    write_table(draft / "metadata.csv", [*lines, *made])
    return len(made)


def _write_twin(
    draft: Path, folder: Folder, by_name: dict[str, dict[str, str]], twin: Twin, number: int, cue_value: str
) -> dict[str, str]:
    """Write the files of one twin, name them in its original's line, and return its own line."""
    original = by_name.get(twin.of)
    if original is None or twin.of + SUFFIX in by_name or original["twin_filename"] or original["control_filename"]:
        raise InputError(
            f"Row {twin.of!r} cannot get a twin: it does not exist or has one already. "
            "Start from a table without twins."
        )
    stem = f"{number:05d}"
    names = {kind: f"pasted/{kind}/{stem}.png" for kind in ("twins", "controls", "patches")}
    write_picture(inside(draft, names["twins"]), twin.pair.treated)
    write_picture(inside(draft, names["controls"]), twin.pair.control)
    write_mask(inside(draft, names["patches"]), twin.patch)
    original["source_id"] = original["source_id"] or twin.of
    line = original | {folder.file: names["twins"], folder.cue: cue_value, "twin_of": twin.of}
    line |= {"twin_filename": original[folder.file], "cue_mask_filename": names["patches"], "pasted_from": twin.source}
    if folder.id:
        line[folder.id] = twin.of + SUFFIX
    original |= {"twin_filename": names["twins"], "control_filename": names["controls"]}
    return line


def _copy_files(draft: Path, folder: Folder) -> None:
    """Copy every file that the table names, and the card."""
    named = {line.get(column, "") for line in folder.lines for column in (folder.file, *COMPANIONS)} - {""}
    for name in sorted(named):
        target = inside(draft, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(inside(folder.root, name), target)
        except FileNotFoundError:
            raise InputError(f"{folder.root / name} does not exist. Restore the file, or remove its row.") from None
    card = folder.root / "card.yaml"
    if card.is_file():
        shutil.copyfile(card, draft / "card.yaml")
