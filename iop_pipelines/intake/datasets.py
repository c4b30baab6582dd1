"""Which datasets are in what a source holds: files with the same head are one, delivered one after the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, IopError
from iop_pipelines.intake.cells import Rows
from iop_pipelines.intake.files import SUFFIXES
from iop_pipelines.intake.frame import Framed, frame
from iop_pipelines.intake.head import is_value
from iop_pipelines.intake.landed import LandedRows
from iop_pipelines.intake.packed import MAX_BYTES, MEGABYTE
from iop_pipelines.intake.questions import Ask
from iop_pipelines.intake.sources import SourceSpec, open_source
from iop_pipelines.intake.step import WHOLE
from iop_pipelines.intake.tables import LeftLine, RawTable
from iop_pipelines.intake.understand import Given, Understood, refused_rows, understand_framed
from iop_pipelines.intake.urls import shown
from iop_pipelines.settings import Settings

_LOOKED_AT = 20
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file among others that holds no table over time."""

    name: str
    reason: IopError


@dataclass(frozen=True, slots=True)
class Found:
    """`named`: what a dataset of several files is called, where their own names have nothing in common."""

    specs: tuple[SourceSpec, ...]
    tables: tuple[RawTable, ...]
    skipped: tuple[Skipped, ...]
    named: str


@dataclass(frozen=True, slots=True)
class Datasets:
    specs: tuple[SourceSpec, ...]
    understood: tuple[Understood, ...]
    skipped: tuple[Skipped, ...]


def read_sources(specs: Sequence[SourceSpec], ask: Ask) -> Found:
    """All that sources hold. Of several files those that hold no table are skipped, of one it is an error.

    Raises:
        NotFound, InvalidInput, Unavailable: nothing can be read, or together it is too much.
    """
    sources = [open_source(spec, ask) for spec in specs]
    found = {item.identity: (source, item) for source in sources for item in source.items()}
    if sum(item.size or 0 for _, item in found.values()) > MAX_BYTES:
        raise InvalidInput(
            "intake.too_large", name=shown(specs[0].where), megabytes=MAX_BYTES // MEGABYTE
        )
    tables: list[RawTable] = []
    skipped: list[Skipped] = []
    for source, item in found.values():
        try:
            tables.append(source.read(item))
        except InvalidInput as error:
            if len(found) == len(specs):
                raise
            skipped.append(Skipped(item.name, error))
    if not tables:
        raise skipped[0].reason
    return Found(tuple(specs), tuple(tables), tuple(skipped), _folder_of(specs[0].where))


def _folder_of(where: str) -> str:
    """The last part of a folder, or of where a pattern looks."""
    parts = [part for part in re.split(r"[/\\]", shown(where)) if part]
    plain = [part for part in parts if not re.search(r"[*?\[]", part)]
    return SUFFIXES.sub("", plain[-1]) or plain[-1] if plain else "data"


def understand_all(
    found: Found,
    given: Given,
    zone: str,
    ask: Ask,
    *,
    max_refused_percent: int = Settings.max_refused_percent,
) -> Datasets:
    """One dataset a head, in the order of their first files.

    Raises:
        InvalidInput: none of them is a table over time, the reason of the first; or what `ask` raises.
    """
    skipped = list(found.skipped)
    frames: list[tuple[RawTable, Framed]] = []
    parts = [part for table in found.tables for part in table.each]
    others = {id(part): table.others for table in found.tables for part in table.each}
    is_one = len(parts) + len(skipped) == 1
    skipped += [
        Skipped(f"{table.name}: {each.name}", InvalidInput(each.why.code, **each.why.values))
        for table in found.tables
        for each in table.others
    ]
    for table in parts:
        try:
            frames.append((table, frame(table)))
        except InvalidInput as error:
            skipped.append(Skipped(table.name, error))
    groups: dict[object, list[tuple[RawTable, Framed]]] = {}
    for each in frames:
        groups.setdefault(_head(each[1]), []).append(each)
    understood: list[Understood] = []
    for group in groups.values():
        tables, framed = zip(*group, strict=True)
        named = given
        if len(group) > 1 and given.name is None:
            named = replace(given, name=_name_of(tables, found.named, is_only=len(groups) == 1))
        beside = dict.fromkeys(other for table in tables for other in others[id(table)])
        try:
            known = understand_framed(
                tables, framed, named, zone, ask, max_refused_percent=max_refused_percent
            )
            understood.append(replace(known, others=tuple(beside)))
        except InvalidInput as error:
            skipped += [Skipped(table.name, error) for table in tables]
    # What is asked and cannot be answered concerns the person, not the file.
    if not understood or (skipped and is_one):
        raise skipped[0].reason
    return Datasets(found.specs, tuple(understood), tuple(skipped))


def _head(framed: Framed) -> object:
    """What two files of one table have in common; of files without a head also what is in their columns."""
    labels = tuple(sorted(label.casefold() for label in framed.labels))
    if not framed.is_headless:
        return labels, framed.is_folded
    first = [framed.line(row).cells for row in range(min(_LOOKED_AT, len(framed)))]
    return labels, tuple(sum(map(is_value, cells)) * 2 > len(first) for cells in zip(*first))  # noqa: B905


def _name_of(tables: Sequence[RawTable], folder: str, *, is_only: bool) -> str:
    """What their names begin with, without numbers; else the folder's name."""
    letters = zip(*(table.name for table in tables), strict=False)
    common = "".join(each[0] for each in takewhile(lambda e: len(set(e)) == 1, letters))
    plain = re.sub(r"[\W_]*\d*[\W_]*$", "", common)
    if sum(map(str.isalpha, plain)) >= _FEWEST_LETTERS:
        return plain
    return folder if is_only else tables[0].name


def deliveries_of(given: Understood) -> list[Understood]:
    """One a file, in the order of their periods; files that share a period are one: a delivery replaces its window."""
    if len(given.tables) == 1:
        return [given]
    periods = given.step.periods_of(given.time_found.moments)
    clusters = _clusters(given.origins, periods, len(given.tables))
    if len(clusters) == 1:
        return [given]
    return [_part(given, files) for files in clusters]


def _clusters(origins: Rows, periods: "np.ndarray", count: int) -> list[list[int]]:
    is_known = ~np.isnat(periods)
    spans = []
    for file in range(count):
        own = periods[is_known & (origins == file)]
        # Of which no row can be read goes with the first.
        spans.append(
            (own.min(), own.max(), file) if len(own) else (periods[is_known].min(),) * 2 + (file,)
        )
    clusters: list[list[int]] = []
    end = None
    for first, last, file in sorted(spans):
        if end is not None and first <= end:
            clusters[-1].append(file)
            end = max(end, last)
        else:
            clusters.append([file])
            end = last
    return [sorted(each) for each in clusters]


def _part(given: Understood, files: Sequence[int]) -> Understood:
    rows = np.flatnonzero(np.isin(given.origins, files))
    time = given.time_found.taken(rows)
    columns = [
        replace(
            column,
            cells=column.cells.taken(rows),
            unread=np.flatnonzero(np.isin(rows, column.unread)),
        )
        for column in given.rows.columns
    ]
    strange = [line for file in files for line in given.frames[file].refused]
    numbers = given.rows.numbers[rows]
    bad = [
        _left(given.framed, int(rows[row]), why) for row, why in refused_rows(columns, time).items()
    ]
    known = given.step.periods_of(time.moments)
    known = known[~np.isnat(known)]
    return replace(
        given,
        tables=tuple(given.tables[file] for file in files),
        frames=tuple(given.frames[file] for file in files),
        origins=given.origins[rows],
        time_found=time,
        rows=LandedRows(
            *(given.rows.names, given.moment, given.time, time, given.step, columns, numbers),
            strange=strange,
        ),
        refused=sorted([*bad, *strange], key=lambda line: line.number),
        left_out=[line for file in files for line in given.frames[file].left_out],
        periods=len(np.unique(known)),
        first=known.min().astype("datetime64[us]").item(),
        last=known.max().astype("datetime64[us]").item(),
    )


def _left(framed: Framed, row: int, why: Sentence) -> LeftLine:
    line = framed.line(row)
    return LeftLine(line.number, line.text, why)


def watched(spec: SourceSpec, given: Understood) -> SourceSpec:
    """Of a database with its watermark, the time column where none is given, and with the periods that are whole."""
    if spec.table is None and spec.query is None:
        return spec
    time = given.time_found
    if len(time.columns) != 1:
        return spec
    return replace(
        spec, watermark=spec.watermark or time.label, time=time.label, unit=WHOLE[given.step.freq]
    )
