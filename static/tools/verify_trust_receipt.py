#!/usr/bin/env python3
"""Check BZPEER trust receipts: compute each score again from its facts, and check its signature.

    python3 verify_trust_receipt.py RECEIPT.json [RECEIPT.json ...] [--key BASE64]

Standing is computed again from the weights of the author's ties and the flows of the co-authors at their ends. Where
those flows come from stands in the co-authors' own receipts: give these as well, and what the receipts say about each
other is compared. Follow the chain as far as you like; it ends at verified authors (level 3 and more).

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
    if receipt.get("type") != "bzpeer-trust-receipt" or receipt.get("version") not in (1, 2) or receipt["formula"] != 1:
        return ["This program knows receipts of version 1 and 2 with formula 1 only."]
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
    found += standing_problems(receipt)
    for term in receipt["terms"]:
        if points.get(term["key"]) != term["points"]:
            found.append(f"{term['key']}: {term['points']} points stated, {points.get(term['key'])} computed.")
    total = sum(points.values())
    expected = {"total": total, "cap": cap, "score": min(total, cap), "label": label}
    found += [
        f"{key}: {receipt[key]} stated, {value} computed." for key, value in expected.items() if receipt[key] != value
    ]
    return found


def standing_problems(receipt):
    """What does not hold about the flow: it must follow from the ties, as exactly as the method is.

    An author's flow is the mean over its ties, by weight, of 1 - damping when the other end is verified plus damping
    times the flow of the other end. The walks stop after some steps, and a small change waits for the night: together
    that makes a difference of damping ** steps at most.
    """
    standing = receipt["facts"]["standing"]
    if receipt["version"] == 1:
        return []
    ties, silent = standing["ties"], standing["ties"]["silent"]
    flow, damping, total = float(standing["flow"]), float(standing["damping"]), float(ties["weight"])
    shown = ties["shown"]
    unnamed = total - float(silent["weight"]) - sum(float(tie["weight"]) for tie in shown)
    found = []
    if len({tie["id"] for tie in shown}) != len(shown):
        found.append("standing: a co-author is named twice.")
    if unnamed < -1e-6 or len(shown) + silent["count"] > ties["count"] or (ties["count"] == 0) != (total == 0):
        found.append("standing: the ties weigh more than all together.")
    if not total:
        return [*found, f"standing: flow {flow} without a tie."] if flow else found
    lowest = sum(float(tie["weight"]) * brought(tie, damping) for tie in shown) / total
    # Ties too many to be named bring less each than the least that is named.
    least = min((float(tie["weight"]) * brought(tie, damping) for tie in shown), default=0.0)
    highest = lowest + (ties["count"] - len(shown) - silent["count"]) * least / total
    exactness = damping ** standing["steps"] + 2e-6
    if not lowest - exactness <= min(flow, 1.0) <= highest + exactness:
        later = [tie["name"] for tie in shown if tie["computed_at"] > receipt["computed_at"]]
        wait = f" {', '.join(later[:3])} changed since; the next full computation will take it in." if later else ""
        found.append(f"standing: flow {flow:.6f} stated, {lowest:.6f} to {highest:.6f} follows from the ties.{wait}")
    return found


def brought(tie, damping):
    """What a tie brings, by unit of its weight."""
    return (1 - damping) * (tie["level"] >= 3) + damping * float(tie["flow"])


def contradictions(receipts):
    """Where receipts say different things about one author or one tie."""
    found = []
    known = {receipt["author"]["id"]: receipt for receipt in receipts}
    for receipt in receipts:
        own = receipt["author"]
        for tie in receipt["facts"]["standing"].get("ties", {"shown": []})["shown"]:
            other = known.get(tie["id"])
            if other is None or other["computed_at"] != tie["computed_at"]:
                continue
            standing = other["facts"]["standing"]
            if (tie["flow"], tie["level"]) != (standing["flow"], other["facts"]["level"]):
                found.append(f"{own['name']} is said to get trust from a flow that {tie['name']} does not have.")
            back = {entry["id"]: entry["weight"] for entry in standing["ties"]["shown"]}.get(own["id"], tie["weight"])
            if back != tie["weight"]:
                found.append(f"The tie of {own['name']} and {tie['name']} has two weights.")
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
    parser = argparse.ArgumentParser(description="Check BZPEER trust receipts.")
    parser.add_argument("receipt", nargs="+")
    parser.add_argument("--key", help="public key that must have signed, in base64")
    options = parser.parse_args()
    receipts, is_wrong = [], False
    for name in options.receipt:
        try:
            with open(name, encoding="utf-8") as file:
                document = json.load(file)
            receipt = document["receipt"]
            found = problems(receipt)
            signature = signature_problem(document, options.key)
            owner = receipt["author"]["name"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"{name} is no trust receipt: {error!r}", file=sys.stderr)
            return 2
        receipts.append(receipt)
        for problem in found:
            print(f"WRONG  {problem}")
        if not found:
            print(f"OK     {owner}: trust {receipt['score']} ({receipt['label']}) follows from the facts.")
        is_unchecked = signature is not None and signature.startswith("not checked")
        mark = "OK   " if signature is None else "NOTE " if is_unchecked else "WRONG"
        print(f"{mark}  signature {signature or 'holds'}")
        is_wrong = is_wrong or bool(found) or (signature is not None and not is_unchecked)
    for problem in contradictions(receipts):
        print(f"WRONG  {problem}")
        is_wrong = True
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
