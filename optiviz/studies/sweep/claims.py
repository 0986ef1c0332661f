"""Who does which trial: claims in an Optuna storage that any number of processes share.

A trial is named by a key. To claim it, a process records a running trial of that key, which the
storage puts in order, and looks again: the earliest claim that stands has it, any later one
withdraws. A claim stands until it is finished or found dead: its process is gone from this machine,
or, where that cannot be seen, has given no sign of life for `GRACE` seconds. Only one process can
mark a dead claim, and what a process finishes after it was taken for dead is not recorded. So a
trial that is killed is done again, and none is ever finished twice.
"""

from __future__ import annotations

import os
import random
import socket
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from optiviz.errors import UserError, needs_extra
from optiviz.files import held, whole

BEAT, GRACE = 10.0, 120.0  # seconds between signs of life, and without one
WAIT = 60.0  # seconds that a file's writer waits for the others
WORKER, SIGN, KEY = "worker", "sign", "key"
TRIES = 5
BEGAN = time.time()  # this process, nearly


class Claims:
    """The trials of one Optuna study.

    Args:
        where: a file, which is made if it is not there, or the address of a storage, such as
            "postgresql://host/name".
        name: of the study; it is made if it is not there.
        direction: "minimize" or "maximize".

    Raises:
        UserError: Optuna or the database's driver is missing, or the storage cannot be reached.
    """

    def __init__(self, where: str | Path, name: str, direction: str = "minimize") -> None:
        self.optuna = _optuna()
        self.study = self._opened(file_of(where), name, direction)
        self.id = self.storage.get_study_id_from_name(name)
        self._seen: dict[int, tuple[Any, float]] = {}  # a claim's last sign, and since when

    def _opened(self, where: str | Path, name: str, direction: str) -> Any:
        for attempt in range(TRIES):
            try:
                if isinstance(where, Path):
                    self._make(where)
                self.storage = self.optuna.storages.RDBStorage(*connection(where))
                how: Any = {"storage": self.storage, "study_name": name, "direction": direction}
                return self.optuna.create_study(**how, load_if_exists=True)
            except ImportError:
                raise needs_extra("That storage", "sweep-postgres") from None
            except UserError:
                raise
            except Exception as error:  # of the driver; another process may be making the tables
                if attempt == TRIES - 1:
                    reason = str(error).strip().partition("\n")[0]
                    raise UserError(f"Cannot use the storage: {reason}.") from None
                time.sleep(0.2 * (attempt + 1) * (1 + random.random()))
        raise AssertionError

    def _make(self, path: Path) -> None:
        """Make a database, whole or not at all: one with half of its tables is never finished."""
        if path.exists():
            _tidy(path)
            return
        if not path.parent.is_dir():
            return
        from sqlalchemy.pool import StaticPool  # noqa: PLC0415  # comes with Optuna

        with held(path.parent), closing(sqlite3.connect(":memory:")) as memory:
            if not path.exists():  # others may have been quicker
                how = {"creator": lambda: memory, "poolclass": StaticPool}
                self.optuna.storages.RDBStorage("sqlite://", how)
                with whole(path) as unfinished:
                    unfinished.write_bytes(memory.serialize())

    def close(self) -> None:
        """Close the connections to the storage."""
        self.storage.remove_session()
        self.storage.engine.dispose()

    def trials(self) -> list[Any]:
        """All trials, Optuna's own records."""
        return list(self.study.get_trials(deepcopy=False))

    def done(self) -> dict[str, Any]:
        """The finished trials by key; pruned ones are finished, too."""
        states = self.optuna.trial.TrialState
        ended = (states.COMPLETE, states.PRUNED)
        return {t.user_attrs[KEY]: t for t in self.trials() if t.state in ended}

    def open(self, keys: Iterable[str]) -> tuple[list[str], bool]:
        """The keys that nobody has, and whether some are under way elsewhere."""
        states = self.optuna.trial.TrialState
        taken, busy = set(self.done()), set()
        for trial in self.trials():
            if trial.state == states.RUNNING:
                if self._dead(trial):
                    number = trial.number
                    own = self.storage.get_trial_id_from_study_id_trial_number(self.id, number)
                    self._end(own, states.FAIL)
                else:
                    busy.add(trial.user_attrs[KEY])
        wanted = list(keys)
        return [k for k in wanted if k not in taken | busy], any(k in busy - taken for k in wanted)

    def claim(self, keys: Sequence[str]) -> tuple[str, int] | None:
        """Claim one of the keys, and the number of its trial; None if others were quicker."""
        key = random.choice(keys[:16])  # which keeps processes out of each other's way
        states = self.optuna.trial.TrialState
        attributes = {KEY: key, WORKER: me(), SIGN: 0}
        template = self.optuna.trial.create_trial(
            state=states.RUNNING, user_attrs=attributes, value=None
        )
        own: int = self.storage.create_new_trial(self.id, template_trial=template)
        number = self.storage.get_trial_number_from_id(own)
        for trial in self.trials():
            stands = trial.state in (states.RUNNING, states.COMPLETE, states.PRUNED)
            if stands and trial.user_attrs[KEY] == key and trial.number < number:
                self._end(own, states.FAIL)
                return None
        return key, own

    def sign(self, own: int) -> bool:
        """Give a sign of life; False if the claim does not stand any more."""
        try:
            self.storage.set_trial_user_attr(own, SIGN, time.time())
        except self._over():
            return False
        return True

    def finish(self, own: int, value: float, result: Mapping[str, Any], pruned: bool) -> bool:
        """Record the result; False if the trial was taken for dead meanwhile."""
        states = self.optuna.trial.TrialState
        try:
            self.storage.set_trial_user_attr(own, "result", dict(result))
        except self._over():
            return False
        return self._end(own, states.PRUNED if pruned else states.COMPLETE, value)

    def release(self, own: int) -> None:
        """Give a claim back undone."""
        self._end(own, self.optuna.trial.TrialState.FAIL)

    def _end(self, trial: int, state: Any, value: float | None = None) -> bool:
        try:
            values = None if value is None else [value]
            return bool(self.storage.set_trial_state_values(trial, state, values))
        except self._over():
            return False

    def _over(self) -> tuple[type[Exception], ...]:
        """What Optuna raises where a trial has ended already."""
        return (RuntimeError, self.optuna.exceptions.OptunaError)

    def _dead(self, trial: Any) -> bool:
        home, pid, since = trial.user_attrs[WORKER]
        here, _, _ = me()
        if home == here:
            return begun(int(pid)) != str(since)
        sign, now = trial.user_attrs[SIGN], time.monotonic()
        before, seen = self._seen.setdefault(trial.number, (sign, now))
        if before != sign:
            self._seen[trial.number] = (sign, now)
            return False
        return bool(now - seen > GRACE)


def require() -> None:
    """Refuse to go on without Optuna."""
    if find_spec("optuna") is None:
        raise needs_extra("A sweep", "sweep")


def _optuna() -> Any:
    require()
    import optuna  # noqa: PLC0415  # an extra, and slow to import

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def with_driver(url: str) -> str:
    """PostgreSQL's usual address, with the driver of the extra."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgresql", "postgres") and find_spec("psycopg"):
        return f"postgresql+psycopg{separator}{rest}"
    return url


def file_of(where: str | Path) -> str | Path:
    """The file that an address such as sqlite:///sweep.db names; other addresses as they are."""
    scheme, _, file = str(where).partition(":///")
    return Path(file) if scheme == "sqlite" and file and "?" not in file else where


def connection(where: str | Path) -> tuple[str, dict[str, Any]]:
    """How SQLAlchemy is to connect: anew each time, and a file waits for its other writers."""
    from sqlalchemy.pool import NullPool  # noqa: PLC0415  # comes with Optuna

    if isinstance(where, str):
        waits = {"connect_args": {"timeout": WAIT}} if where.startswith("sqlite") else {}
        return with_driver(where), {"poolclass": NullPool} | waits
    # By hand, since in an address a name with a ? in it would end there.
    open_it = partial(sqlite3.connect, where, timeout=WAIT, check_same_thread=False)
    return "sqlite://", {"poolclass": NullPool, "creator": open_it}


def _tidy(path: Path) -> None:
    """Clear away a killed writer's journal, which SQLite leaves until somebody writes again."""
    if path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path, timeout=WAIT)) as database:
            database.execute("PRAGMA user_version = 0")


def me() -> tuple[str, int, str]:
    """This process: its machine, its number there, and when it began."""
    return _home(), os.getpid(), begun(os.getpid())


def _home() -> str:
    """What processes share that can see each other: host, boot, and space of process numbers.

    Where there is no /proc, none sees another, and each is at home alone.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()} {os.getpid()} {BEGAN}"


def begun(pid: int) -> str:
    """When a process began, which tells it from a later one of its number; "" if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except OSError:
        return ""
