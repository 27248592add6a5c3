"""Counts how common names and words are in a large sample, for catalogues too small to tell by themselves.

usage: background.py ARXIV.jsonl.xz

Reads a snapshot of arXiv metadata (CC0) and writes ``works/attribution/background.npz``: hashed names and words that
occur often enough to matter, with the number of works (names, for the parts of names) that carry them. No gold label is
involved: names are only counted.
"""

from __future__ import annotations

import lzma
import sys
from pathlib import Path

import msgspec
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from works.attribution.background import BACKGROUND, LEAST_COUNT, VECTOR_SIZE
from works.attribution.facts import WorkFacts, WorkFeatures, describe_work
from works.attribution.statistics import name_parts
from works.names import parse_name


class Record(msgspec.Struct):
    """The fields read from one arXiv record."""

    title: str
    abstract: str | None
    authors_parsed: list[list[str]]


def main(path: Path) -> None:
    """Count one snapshot and write the table."""
    decoder = msgspec.json.Decoder(Record)
    hashes: dict[str, list[np.ndarray]] = {kind: [] for kind in LEAST_COUNT}
    works = names = 0
    with lzma.open(path) as lines:
        for line in lines:
            record = decoder.decode(line)
            authors = [
                parse_name(" ".join((given, family)).strip(), family=family, given=given, suffix=suffix)
                for family, given, suffix in record.authors_parsed
            ]
            persons = [name for name in authors if not name.is_group]
            features = describe_work(WorkFacts(record.title, authors, record.abstract))
            works += 1
            names += len(persons)
            _add(hashes, features, [name_parts(name) for name in persons])
    table: dict[str, np.ndarray] = {"size": np.array([works, names])}
    for kind, arrays in hashes.items():
        found, count = np.unique(np.concatenate(arrays), return_counts=True)
        often = count >= LEAST_COUNT[kind]
        table[f"{kind}_hash"] = found[often]
        table[f"{kind}_count"] = count[often].astype(np.uint32)
        print(kind, len(found), "kept", int(often.sum()))
    table |= _word_vectors(hashes["term"], table["term_hash"], table["term_count"])
    np.savez_compressed(BACKGROUND, allow_pickle=False, **table)
    print(works, "works,", names, "names,", BACKGROUND.stat().st_size, "bytes")


def _word_vectors(works: list[np.ndarray], known: np.ndarray, count: np.ndarray) -> dict[str, np.ndarray]:
    """Latent semantic analysis (Deerwester et al. 1990) of the sample: a short vector for every known word.

    Words are weighted by rarity, works have length 1. ``mean`` is the mean direction of all works, which says nothing.
    """
    row = np.repeat(np.arange(len(works)), [len(terms) for terms in works])
    at = np.searchsorted(known, np.concatenate(works)).clip(0, len(known) - 1)
    found = known[at] == np.concatenate(works)
    rarity = np.log(len(works) / count)
    matrix = sparse.csr_array((rarity[at[found]], (row[found], at[found])), shape=(len(works), len(known)))
    length = np.sqrt(matrix.multiply(matrix).sum(axis=1))
    matrix = sparse.csr_array(sparse.diags_array(1.0 / np.maximum(length, 1e-9)) @ matrix)
    _, strength, transposed = svds(matrix, k=VECTOR_SIZE, v0=np.ones(min(matrix.shape)))
    vectors = transposed[np.argsort(-strength)].T * rarity[:, None]
    quantised = np.round(vectors / np.abs(vectors).max() * 127 * 4).clip(-127, 127).astype(np.int8)
    directions = matrix.astype(bool) @ quantised.astype(np.float64)
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
    return {"term_vector": quantised, "mean": directions.mean(axis=0)}


def _add(hashes: dict[str, list[np.ndarray]], features: WorkFeatures, parts: list[tuple[int, int]]) -> None:
    hashes["key"].append(np.unique(features.keys[features.keys > 0]))
    hashes["form"].append(np.unique(features.forms[features.forms > 0]))
    hashes["term"].append(np.concatenate([features.terms, features.abstract]))
    pairs = np.array(parts, dtype=np.uint32).reshape(-1, 2)
    hashes["family"].append(pairs[:, 0])
    hashes["given"].append(pairs[pairs[:, 1] > 0, 1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
