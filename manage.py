#!/usr/bin/env python
"""Django's command line; makes ready first what the command needs: embedded engines, schema, static files."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from bzpeer import embedded
from bzpeer.preparation import UnpreparedError, prepare_for


def main() -> int:
    """Run one command; a wrong setting, or no engine or database, is one line on stderr and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings")
    try:
        embedded.start_for(sys.argv)
        prepare_for(sys.argv)
        execute_from_command_line(sys.argv)
    except (embedded.EngineError, ImproperlyConfigured, OperationalError, UnpreparedError) as error:
        sys.stderr.write(f"bzpeer: {' '.join(str(error).split())}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        embedded.release_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
