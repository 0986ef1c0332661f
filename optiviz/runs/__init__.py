"""One run: the loop, and the record it leaves."""

from optiviz.runs.descend import descend
from optiviz.runs.events import Event, events
from optiviz.runs.loop import Point, steps
from optiviz.runs.race import race
from optiviz.runs.ranking import finish, ranking
from optiviz.runs.record import Run

__all__ = ["Event", "Point", "Run", "descend", "events", "finish", "race", "ranking", "steps"]
