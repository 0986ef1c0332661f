"""Processor hours of `optiviz reproduce --all --seeds 3`, from the first updates of every training.

    python benchmarks/reproduce.py [--share 0.02]

Every distinct training of the published tables is begun with seed 0, as `reproduce` does it, and
left after a share of its updates, the last three quarters of which stand for all that would follow;
evaluations are added. Trainings with patience, whose length is not known beforehand, go to their
end, and what is no training counts by the seconds that `reproduce` itself expects. All seconds are
the processor's, so that other work hardly counts; two jobs share them where two cores are free.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from optiviz.studies.published.further import GROWING, SEARCH
from optiviz.studies.published.reproduce import Task, reason, tasks_of
from optiviz.studies.published.rows import TRAINING, recipe_of
from optiviz.studies.published.tables import tables

SEEDS = 3
LEAST = 200  # updates


def tasks() -> dict[str, Task]:
    """The distinct ones with seed 0, of tables that need no files of one's own."""
    return {
        task.file: task
        for table in tables().values()
        for row in table.rows
        if table.kind in (TRAINING, GROWING, SEARCH) and not reason(table, row, None)
        for task in tasks_of(table, row, 1)
    }


def seconds(task: Task, share: float) -> float:
    """About how long a training takes the processor."""
    recipe, clock = recipe_of(task.settings), time.process_time
    networks = recipe.networks()
    per_epoch = recipe.per_epoch(networks[0])
    total = recipe.epochs * per_epoch
    most = total if recipe.patience else min(max(int(share * total), LEAST), total)
    marks: list[float] = []  # before every update

    def enough() -> bool:
        marks.append(clock())
        return len(marks) > most

    begin = clock()
    done = recipe.train(networks, stop=enough)
    end = clock()
    if done.outcome.lost or recipe.patience or most == total:  # it ended by itself
        return end - begin
    networks[1].evaluate(done.w)
    evaluation = (clock() - end) * (total // (recipe.eval_every or per_epoch))
    warm = most // 4  # until then code is compiled, and arrays are made
    update = (marks[-1] - marks[warm]) / (most - warm)
    return update * total + evaluation + end - marks[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=0.02)
    share = parser.parse_args().share
    spent: Counter[str] = Counter()
    expected = 0.0
    trainings = [task for task in tasks().values() if task.kind == TRAINING]
    for task in trainings:
        rule = task.settings["optim"].partition(",")[0]
        name = f"{rule.partition(':lr')[0]}, m = {task.settings['batch_size']}"
        spent[name] += SEEDS * seconds(task, share)
        expected += SEEDS * task.seconds
    rest = SEEDS * sum(task.seconds for task in tasks().values() if task.kind != TRAINING)
    spent["growing batches, searches"] = rest * sum(spent.values()) / expected
    for name, found in spent.most_common():
        print(f"{name:32}{found / 60:7.1f} min")
    print(f"{'in all':32}{sum(spent.values()) / 60:7.1f} min, {len(trainings)} trainings, 3 seeds")


if __name__ == "__main__":
    main()
