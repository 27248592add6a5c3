#!/usr/bin/env python
"""Django's command line; starts the embedded engines first when the command needs them."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from bzpeer import embedded


def main() -> int:
    """Run one command; engine trouble is one line on stderr and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings")
    try:
        embedded.start_for(sys.argv)
        execute_from_command_line(sys.argv)
    except embedded.EngineError as error:
        sys.stderr.write(f"bzpeer: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        embedded.release_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
