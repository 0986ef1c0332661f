"""The main commands where there is neither Linux's nor any Unix's own, as on macOS and Windows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
# Run at the start of every Python, that of a worker process, too.
HIDE = '''
import builtins, io, os, signal, sys

HIDDEN = {  # but for uname, which NumPy calls on Linux
    os: """sched_getaffinity sched_setaffinity sched_getparam sched_yield fork forkpty fdatasync
        posix_fadvise posix_fallocate memfd_create pidfd_open getrandom copy_file_range eventfd
        splice setns unshare getuid geteuid getgid setsid setpgid getpgid killpg nice mkfifo chown
        getloadavg wait3 wait4 sync getpriority""",
    signal: """SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGQUIT SIGCHLD SIGSTOP SIGTSTP alarm
        setitimer pthread_sigmask pthread_kill sigwait pidfd_send_signal""",
}
for home, names in HIDDEN.items():
    for name in names.split():
        if hasattr(home, name):
            delattr(home, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None


def blind(real):
    def found(path, *rest, **how):
        if isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith(("/proc", "/sys")):
            raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
        return real(path, *rest, **how)

    return found


io.open = builtins.open = blind(open)
os.readlink, os.stat, os.listdir = blind(os.readlink), blind(os.stat), blind(os.listdir)
'''
SMALL = "--sizes 784,10 --epochs 1 --batch-size 10000"
COMMANDS = [
    "--version",
    *(
        pytest.param(command, marks=pytest.mark.slow)
        for command in (
            "list",
            "plot --optim sgd --steps 5 --size 400x300 --out a.pdf",
            "animate --optim adam --steps 3 --size 400x300 --out a.gif",
            "animate --optim adam --steps 3 --size 400x300 --out a.mp4",
            "animate --optim adam --steps 3 --out a.html",
            "map --steps 20 --points 5 --out a.png",
            "gradcheck --sizes 784,8,10 --out a.png",
            "landscape --sizes 784,5,10 --updates 5 --images 20 --size 400x300 --out a.png",
            "gallery plot_momentum_table --quick --out a",
            "reproduce --list",
            f"train {SMALL} --out a",
            f"compare {SMALL} --optim sgd --seeds 2 --out a",
            f"sweep {SMALL} --optim sgd --grid lr=0.1,0.01 --out a",
        )
    ),
]


def test_what_linux_alone_has_is_asked_for_first() -> None:
    """In the labs' server, too, whose own libraries cannot be run blindfold."""
    lists = re.findall(r'(os|signal): """(.*?)"""', HIDE, re.DOTALL)
    hidden = {(home, name) for home, text in lists for name in text.split()}
    assert len(hidden) > 40
    for path in (HOME / "optiviz").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used = set(re.findall(r"\b(os|signal)\.(\w+)", source)) & hidden
        unasked = {
            (home, name) for home, name in used if f'hasattr({home}, "{name}")' not in source
        }
        assert not unasked, path
        assert not re.search(r"^(import|from) (fcntl|resource|pwd|grp|termios|pty)\b", source, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_works_without_what_linux_alone_has(tmp_path: Path, command: str) -> None:
    if command.startswith("sweep") and find_spec("optuna") is None:
        pytest.skip("needs optuna")
    (tmp_path / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
    paths = [str(tmp_path), str(HOME), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "optiviz", *shlex.split(command)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert not command.endswith(" a") or any((tmp_path / "a").iterdir())
