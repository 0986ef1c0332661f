"""A lock on an open file, which the system takes off the moment its process is gone."""

from __future__ import annotations

import errno
import os
from importlib import import_module
from typing import IO

BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # what a lock of somebody else's is called
FAR = 2**31 - 2  # where Windows locks a byte, past all that is written


def locked(file: IO[bytes]) -> bool:
    """Lock an open file, and leave it locked until it is closed; False if another has it.

    True, too, where a file system or a Python has no locks: nothing can be asked for there.
    """
    try:
        _lock(file.fileno())
    except OSError as error:
        return error.errno not in BUSY
    return True


def _lock(descriptor: int) -> None:
    for name in ("fcntl", "msvcrt"):
        try:
            system = import_module(name)
        except ImportError:
            continue
        if name == "fcntl":
            system.flock(descriptor, system.LOCK_EX | system.LOCK_NB)
        else:
            os.lseek(descriptor, FAR, os.SEEK_SET)
            system.locking(descriptor, system.LK_NBLCK, 1)
        return
