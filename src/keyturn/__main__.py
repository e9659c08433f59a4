"""The way in: hands the command line to the one program that was asked for, and imports nothing else."""

import gc
import sys
from importlib import import_module

from keyturn.version import VERSION

_ACTION = "keyturn.cli.action"
"""The container's program. It needs no terminal library, so `keyturn action` must not pay for importing one."""
_TERMINAL = "keyturn.cli.app"
"""Every other command."""


def main() -> int:
    """Run the command in `sys.argv` and return its exit code.

    `keyturn --version` prints the version without importing anything else. `keyturn action` runs `main()` of the
    container's program, everything else `main()` of the terminal's; both return the exit code.
    """
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"keyturn {VERSION}\n")
        return 0
    gc.disable()  # what a module defines stays: looking for garbage among it takes a tenth of the time to start
    program = import_module(_ACTION if arguments[:1] == ["action"] else _TERMINAL)
    gc.freeze()
    gc.enable()
    return int(program.main())


if __name__ == "__main__":
    sys.exit(main())
