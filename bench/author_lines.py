"""How far the reading of author lines agrees with arXiv's own.

``python -m bench.author_lines PAIRS.jsonl.gz [--show N]``

The pairs file has ``raw_authors`` (the printed line) and ``parsed_authors`` (arXiv's list) of one paper a line.
A list *agrees* when its persons are the same ones in the same order, where

- names are compared by their words in any order, without case, accents and punctuation ("F.R. Ferraro" is
  "F. R. Ferraro"), and without a suffix (Jr., III), which arXiv's list drops or moves in half of the cases: which word
  of a name is the family name is not the question here;
- groups are left out on both sides, and "A. Flinders for the VERITAS collaboration" in arXiv's list counts as
  A. Flinders: arXiv drops a collaboration in parentheses and keeps the person and the collaboration as one entry, we
  keep both, apart;
- a line that says how many authors it leaves out ("et al. (17 additional authors not shown)") agrees when the printed
  ones are the first of arXiv's list and the number left out is the number that remains.

*Exact* counts the lists that are equal entry by entry, groups included, by letters and digits alone.
"""

from __future__ import annotations

import argparse
import gzip
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from ingest.authorline import AuthorLine, parse_author_line
from ingest.printed_names import person_and_group

SUFFIXES = {"jr", "sr", "junior", "senior", "ii", "iii", "iv"}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pairs", type=Path)
    arguments.add_argument("--show", type=int, default=0, help="print so many lists that do not agree")
    options = arguments.parse_args()
    pairs = [msgspec.json.decode(line) for line in gzip.decompress(options.pairs.read_bytes()).splitlines()]
    agreeing = exact = 0
    for pair in pairs:
        line = parse_author_line(pair["raw_authors"])
        exact += [letters(byline.name) for byline in line.bylines] == [letters(name) for name in pair["parsed_authors"]]
        if agrees(line, pair["parsed_authors"]):
            agreeing += 1
        elif options.show > 0:
            options.show -= 1
            show(pair, line)
    share = {"lists": len(pairs), "agreeing": agreeing / len(pairs), "exact": exact / len(pairs)}
    print(msgspec.json.encode(share).decode())


def agrees(line: AuthorLine, expected: list[str]) -> bool:
    """The definition at the top of this file."""
    found = [person(byline.name) for byline in line.bylines if not byline.is_group]
    wanted = [person(person_and_group(name)[0]) for name in expected]
    wanted = [name for name in wanted if name]
    if line.missing:
        return found == wanted[: len(found)] and len(line.bylines) + line.missing == len(expected)
    return found == wanted


def person(name: str) -> list[str]:
    words = (letters(word) for word in name.replace(".", " ").split())
    return sorted(word for word in words if word and word not in SUFFIXES)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def show(pair: dict[str, Any], line: AuthorLine) -> None:
    found = {letters(byline.name) for byline in line.bylines}
    wanted = {letters(name) for name in pair["parsed_authors"]}
    print(pair["id"], pair["raw_authors"][:160])
    print("   only here: ", [byline.name for byline in line.bylines if letters(byline.name) not in wanted][:6])
    print("   only there:", [name for name in pair["parsed_authors"] if letters(name) not in found][:6])


if __name__ == "__main__":
    main()
