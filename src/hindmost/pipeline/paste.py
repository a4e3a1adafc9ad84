"""Verb: a copy of a folder in which photographs without the cue get a twin with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hindmost.core.dataset import Dataset
from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.datasets.photograph import pixel_limit
from hindmost.interventions.lesion import estimate_lesion
from hindmost.interventions.plan_paste import Sources, find_sources, plan_paste
from hindmost.interventions.write_pasted import Folder, paste_twins, read_folder, write_pasted
from hindmost.io.card import CARD, find_card, write_fault
from hindmost.io.output import staging
from hindmost.pipeline._data import images_of, read_input
from hindmost.pipeline._reader import Reader
from hindmost.pipeline.options import DATA, SILENT, DataOptions, Talk


@dataclass(frozen=True)
class PasteOptions:
    """What is pasted on how much.

    Parameters
    ----------
    with_cue : str or None      what the cue column says of a photograph with a patch; None: its second value
    per_group : int or None     rows of each group of a split that get a twin at most; None: all
    seed : int
    """

    with_cue: str | None = None
    per_group: int | None = None
    seed: int = 0


PASTE = PasteOptions()


def paste(
    source: Path, out: Path, data: DataOptions = DATA, options: PasteOptions = PASTE, *, talk: Talk = SILENT
) -> Path:
    """Write ``out``: every row, and for validation and test rows without the cue a twin with a pasted patch.

    Patches are coloured ellipses cut out of the train photographs that carry the cue; where fewer than five can be
    cut, generated ones. They are laid beside the object: its core mask, or a lesion that is estimated.

    Returns
    -------
    Path        the folder, with ``metadata.csv``: pairs share a ``source_id``, originals name twin and control

    Raises
    ------
    InputError
        The input is no folder with a table, or ``with_cue`` is no value of the cue; nothing is written.
    NotAvailable
        No row is without the cue, or no patch fits.
    """
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty, and a data set must not mix with other files. Name a new folder.")
    with staging(out) as draft, pixel_limit(data.most_pixels):
        dataset = read_input(source, data, talk).dataset
        folder = _folder(source, data, dataset)
        cue, text = _cue(dataset, folder, options)
        count, sources = _write(draft, dataset, folder, (cue, text), options, talk)
        fault = f"{count} rows are twins with a pasted patch ({_from(sources)}), listed in pasted_from"
        write_fault(draft / CARD, fault, card=data.card or find_card(source))
    talk.notice(f"{count} twins; {_from(sources)}.")
    return out


def _write(
    draft: Path, dataset: Dataset, folder: Folder, cue: tuple[int, str], options: PasteOptions, talk: Talk
) -> tuple[int, Sources]:
    read, rows = Reader(images_of(dataset)), dataset.rows
    sources = find_sources(rows, read.image, cue=cue[0], seed=options.seed)

    def core(row: int) -> BoolArray:
        mask = read.core(row)
        return estimate_lesion(read.image(row)) if mask is None else mask

    plan = plan_paste(rows, core, sources.patches, cue=cue[0], seed=options.seed, per_group=options.per_group)
    twins = paste_twins(rows, plan, sources.patches, read.image, core)
    count = write_pasted(draft, folder, twins, cue_value=cue[1], total=len(plan), progress=talk.progress)
    return count, sources


def _from(sources: Sources) -> str:
    if sources.generated:
        return "generated patches"
    return f"{len(sources.patches)} patches cut from {sources.photographs - sources.without} train photographs"


def _folder(source: Path, data: DataOptions, dataset: Dataset) -> Folder:
    roles = dataset.recognised
    if roles.get("layout") != "folder with a table":
        raise InputError(f"{source} has no table, and twins are named in one. Pass a folder with metadata.csv.")
    columns = dataset.rows.naming.columns
    if len(columns) != 1:
        raise InputError(f"Patches are one cue, but {' x '.join(columns)} came. Name one column with --cue.")
    table = data.metadata or source / "metadata.csv"
    return read_folder(source, table, file=roles["file"], cue=columns[0], id=roles.get("id"))


def _cue(dataset: Dataset, folder: Folder, options: PasteOptions) -> tuple[int, str]:
    """The cue value of photographs with a patch, and the text of it in the table."""
    rows = dataset.rows
    said = {line[folder.cue].strip(): name for line in folder.lines if (name := folder.name(line))}
    place = {str(name): int(cue) for name, cue in zip(rows.ids.tolist(), rows.cue.tolist())}
    values = {text: place[name] for text, name in said.items() if name in place}
    if options.with_cue is None:
        found = [text for text, cue in values.items() if cue == 1]
        if not found:
            raise InputError(f"{folder.cue} has one value only: {', '.join(values)}. Name the cue column with --cue.")
        return 1, found[0]
    if options.with_cue not in values:
        raise InputError(f"{folder.cue} has no value {options.with_cue!r}. Choose from: {', '.join(sorted(values))}.")
    return values[options.with_cue], options.with_cue
