"""Who can read the files of an installation: the user who runs it, and no one else on the machine."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

Access = Literal["private", "was open", "is open"]
"""Who can read a folder: its owner; its owner from now on; others too, and that cannot be changed from here."""

WARNINGS: Final[Mapping[Access, str]] = {
    "was open": "Other users of this machine could read the state folder (RETENTION_VAR). Now only its owner can.",
    "is open": "Other users of this machine can read the state folder (RETENTION_VAR), which is shared or belongs to "
    "another user. Give it to this account with mode 0700, or choose another folder.",
}
"""What to say about it."""


def keep_private(var: Path) -> Access:
    """Make this process create files for its user only, in libraries too, and take others' access to `var` away.

    A `var` of another user, or shared by design (with the sticky bit, such as /tmp), stays as it is. The files in it
    keep their modes: nobody reaches them through a private folder.
    """
    os.umask(_OTHERS)
    try:
        found = var.stat()
    except OSError:
        return "private"  # it will be made, or the run reports it
    if not found.st_mode & _OTHERS:
        return "private"
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
        return "is open"
    var.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
    return "was open"
