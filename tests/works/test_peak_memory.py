from __future__ import annotations

import subprocess
import sys

SIZE = 400
MEASURE = "from works.peak_memory import peak_memory_mb; print(peak_memory_mb())"


def measured(before: str = "") -> int:
    """What a program of its own finds after doing something."""
    done = subprocess.run([sys.executable, "-c", before + MEASURE], check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_memory_that_was_given_back_counts() -> None:
    assert measured(f"held = b'x' * ({SIZE} << 20); del held; ") >= SIZE


def test_the_memory_of_the_process_that_started_it_does_not_count() -> None:
    held = b"x" * (SIZE << 20)
    assert 0 < measured() < len(held) >> 20
