"""The trust receipt: every fact behind a score as canonical JSON with a signature that anyone can check.

Canonical means UTF-8, keys in code-point order, no space, whole numbers and text only (a flow is text with six
decimals, a weight with nine): two programs that agree on the values agree on the bytes (a subset of RFC 8785). The
signature is Ed25519 (RFC 8032) over those bytes. ``static/tools/verify_trust_receipt.py`` computes the score again
without this code, standing included: it follows from the flows of the co-authors, who have receipts of their own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from graph.standing import DAMPING, METHOD, STEPS
from graph.trust import FULL_FLOW, Trust

KIND = "bzpeer-trust-receipt"
VERSION = 2
KEY_PURPOSE = b"bzpeer trust receipt signing key 1"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was counted: the total and the first of them, as many as can bring points."""

    total: int
    shown: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TrustTie:
    """A collaboration that brings trust: its weight, the level and flow of the co-author, and what it adds to the flow.

    ``computed_at`` is when the co-author's own snapshot last changed.
    """

    id: int
    name: str
    weight: float
    level: int
    flow: float
    computed_at: datetime | None
    brings: float


@dataclass(frozen=True, slots=True)
class StandingEvidence:
    """What a flow follows from: how many ties carry trust and their weight, how many of them bring none, the others.

    Ties that bring trust and are not ``shown`` are those that bring least.
    """

    count: int
    weight: float
    silent: int
    silent_weight: float
    shown: Sequence[TrustTie]

    @property
    def follows(self) -> float:
        """The flow that the shown ties give."""
        return sum(tie.brings for tie in self.shown)

    @property
    def bringing(self) -> int:
        """How many ties bring trust."""
        return self.count - self.silent


def payload(
    *,
    author_id: int,
    name: str,
    url: str,
    trust: Trust,
    flow: float,
    computed_at: datetime,
    evidence: Mapping[str, Evidence],
    standing: StandingEvidence,
) -> dict[str, Any]:
    """The receipt without its signature. ``evidence`` has ``works``, ``topics`` and ``close_collaborators``."""
    return {
        "type": KIND,
        "version": VERSION,
        "formula": trust.formula,
        "author": {"id": author_id, "name": name, "url": url},
        "computed_at": _moment(computed_at),
        "facts": {
            **{key: {"count": facts.total, "shown": list(facts.shown)} for key, facts in evidence.items()},
            "level": trust.level.number,
            "standing": {
                "method": METHOD,
                "steps": STEPS,
                "damping": f"{DAMPING:.6f}",
                "full_flow": f"{FULL_FLOW:.6f}",
                "flow": f"{flow:.6f}",
                "ties": {
                    "count": standing.count,
                    "weight": f"{standing.weight:.9f}",
                    "silent": {"count": standing.silent, "weight": f"{standing.silent_weight:.9f}"},
                    "shown": [_tie(tie) for tie in standing.shown],
                },
            },
        },
        "terms": [{"key": term.key, "points": term.points, "maximum": term.maximum} for term in trust.terms],
        "total": trust.total,
        "cap": trust.level.cap,
        "score": trust.score,
        "label": trust.label,
    }


def _tie(tie: TrustTie) -> dict[str, Any]:
    return {
        "id": tie.id,
        "name": tie.name,
        "weight": f"{tie.weight:.9f}",
        "level": tie.level,
        "flow": f"{tie.flow:.6f}",
        "computed_at": _moment(tie.computed_at) if tie.computed_at else "",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(receipt: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return orjson.dumps(dict(receipt), option=orjson.OPT_SORT_KEYS)


def signing_key(secret: str) -> Ed25519PrivateKey:
    """The key of an installation, derived from its secret (HKDF, RFC 5869): the same secret gives the same key."""
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=KEY_PURPOSE).derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(derived)


def sign(receipt: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The receipt with its signature and the public key that checks it, as the file to hand out."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "receipt": dict(receipt),
        "signature": {
            "algorithm": "Ed25519",
            "public_key": base64.b64encode(public).decode(),
            "value": base64.b64encode(key.sign(canonical(receipt))).decode(),
        },
    }
