"""The regions of Indonesia by the code of the Ministry of Home Affairs (`13.12.03.2004`), from `content/regions.csv`.

A code's parent is the code without its last part: province, kabupaten or kota, kecamatan, nagari.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("code", "name", "postcode", "also")
LEVELS = {"region": 4, "regency": 2}  # the parts of a code that each control chooses


class RegionsError(Exception):
    """The file of regions is wrong; the message names the line and the reason."""


@dataclass(frozen=True)
class Region:
    """One region and how people write it."""

    code: str
    name: str
    postcode: str
    also: str  # another spelling in use

    @property
    def level(self) -> int:
        """Count the parts of the code: 1 a province, 4 a nagari."""
        return self.code.count(".") + 1

    @property
    def parent(self) -> str:
        """Give the code of the region around it."""
        return self.code.rpartition(".")[0]

    @property
    def label(self) -> str:
        """Name it with its other spelling, for people to find it by either."""
        return f"{self.name} ({self.also})" if self.also else self.name


@dataclass(frozen=True)
class Regions:
    """Every region by its code."""

    by_code: Mapping[str, Region]

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def name(self, code: str) -> str:
        """Give the name of a region, or its bare code when it is not in the list."""
        return self.by_code[code].name if code in self.by_code else code

    def full_name(self, code: str) -> str:
        """Name a region and those around it, smallest first."""
        names = []
        while code:
            names.append(self.name(code))
            code = code.rpartition(".")[0]
        return ", ".join(names)

    def groups(self, control: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """List what *control* (`region`, `regency`) offers: (name of the group, [(code, label)…]) by name."""
        found: dict[str, list[tuple[str, str]]] = {}
        for region in self.by_code.values():
            if region.level == LEVELS[control]:
                found.setdefault(region.parent, []).append((region.code, region.label))
        groups = [(self.name(parent), sorted(members, key=lambda m: m[1])) for parent, members in found.items()]
        return sorted(groups)


def load_regions(path: Path) -> Regions:
    """Read the file of regions; a code twice, or one without its parent, is an error."""
    found: dict[str, Region] = {}
    for region in _read(path):
        if region.code in found:
            raise RegionsError(f"{path.name}: {region.code} stands there twice")
        found[region.code] = region
    orphans = [r.code for r in found.values() if r.parent and r.parent not in found]
    if orphans:
        raise RegionsError(f"{path.name}: {orphans[0]} has no row for the region around it")
    return Regions(found)


def _read(path: Path) -> Iterator[Region]:
    """Read a spreadsheet's rows: a byte order mark before the first is no part of it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if missing := [name for name in _COLUMNS if name not in (rows.fieldnames or ())]:
                raise RegionsError(f"{path.name}: line 1: no column {missing[0]}; between columns are commas")
            yield from (Region(*(row[name] for name in _COLUMNS)) for row in rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RegionsError(f"{path.name}: {error}; save it as CSV in UTF-8") from None
