#!/usr/bin/env python3
"""Check a BZPEER trust receipt: compute the score again from its facts, and check its signature.

    python3 verify_trust_receipt.py RECEIPT.json [--key BASE64]

Needs only Python 3.9 or newer. The signature is checked when the package "cryptography" is installed; --key also
demands that it was made with this public key; a site states its own at /trust/key.json. Uses no code of BZPEER: the
formula stands below once more, on purpose.

Exit code 0: everything holds; 1: something does not; 2: the file is no receipt.
"""

import argparse
import base64
import json
import math
import sys

LEVELS = {0: (0, 20, "Unverified"), 1: (0, 40, "Unverified"), 2: (10, 65, "Claimed"), 3: (20, 85, "Verified")}
LEVELS[4] = (35, 100, "Attested")
COUNTED = {"works": (1, 20), "topics": (1, 10), "close_collaborators": (2, 20)}


def problems(receipt):
    """What does not hold, in words; an empty list when the receipt is right."""
    found = []
    if (receipt.get("type"), receipt.get("version"), receipt.get("formula")) != ("bzpeer-trust-receipt", 1, 1):
        return ["This program knows receipts of version 1 with formula 1 only."]
    facts = receipt["facts"]
    points = {}
    for key, (each, maximum) in COUNTED.items():
        count, shown = facts[key]["count"], facts[key]["shown"]
        needed = min(count, -(-maximum // each))
        if len(shown) < needed:
            found.append(f"{key}: {count} counted, but only {len(shown)} named where {needed} are needed.")
        if len({json.dumps(item.get("id", item.get("code"))) for item in shown}) != len(shown):
            found.append(f"{key}: something is named twice.")
        points[key] = min(count * each, maximum)
    for tie in facts["close_collaborators"]["shown"]:
        if tie["works"] < 2 and float(tie["strength"]) < 0.5:
            found.append(f"close_collaborators: author {tie['id']} is not close (two works, or strength 0.5).")
    if facts["level"] not in LEVELS:
        return [*found, f"There is no level {facts['level']}."]
    points["verification"], cap, label = LEVELS[facts["level"]]
    flow, full = float(facts["standing"]["flow"]), float(facts["standing"]["full_flow"])
    points["standing"] = math.floor(min(flow / full, 1) * 15)
    for term in receipt["terms"]:
        if points.get(term["key"]) != term["points"]:
            found.append(f"{term['key']}: {term['points']} points stated, {points.get(term['key'])} computed.")
    total = sum(points.values())
    expected = {"total": total, "cap": cap, "score": min(total, cap), "label": label}
    found += [
        f"{key}: {receipt[key]} stated, {value} computed." for key, value in expected.items() if receipt[key] != value
    ]
    return found


def signature_problem(document, wanted_key):
    """What is wrong with the signature, None when it holds; the text starts with "not checked" without cryptography."""
    signature = document["signature"]
    if wanted_key and signature["public_key"] != wanted_key:
        return "signed with another key than the one given."
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return "not checked: the Python package cryptography is not installed."
    text = json.dumps(document["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["public_key"]))
    try:
        key.verify(base64.b64decode(signature["value"]), text.encode())
    except InvalidSignature:
        return "does not fit the receipt."
    return None


def main():
    """Print one line for each check; the exit code says whether all hold."""
    parser = argparse.ArgumentParser(description="Check a BZPEER trust receipt.")
    parser.add_argument("receipt")
    parser.add_argument("--key", help="public key that must have signed, in base64")
    options = parser.parse_args()
    try:
        with open(options.receipt, encoding="utf-8") as file:
            document = json.load(file)
        receipt = document["receipt"]
        found = problems(receipt)
        signature = signature_problem(document, options.key)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This is no trust receipt: {error!r}", file=sys.stderr)
        return 2
    for problem in found:
        print(f"WRONG  {problem}")
    if not found:
        print(
            f"OK     {receipt['author']['name']}: trust {receipt['score']} ({receipt['label']}) follows from the facts."
        )
    is_unchecked = signature is not None and signature.startswith("not checked")
    print(f"{'OK   ' if signature is None else 'NOTE ' if is_unchecked else 'WRONG'}  signature {signature or 'holds'}")
    return 1 if found or (signature is not None and not is_unchecked) else 0


if __name__ == "__main__":
    sys.exit(main())
