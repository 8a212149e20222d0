"""The last step of a build: the chosen candidates become the questions of the bench.

What only the whole bench can tell is written now: where each answer stands, and for counting the
chance level, which is what the best constant earns.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from closeup.bench import TaskCount
from closeup.build.balance import Balanced
from closeup.build.candidates import Candidate
from closeup.build.lettering import place
from closeup.question import Question
from closeup.records import read_jsonl


def write_questions(drafts: Path, out: Path, chosen: Balanced, kept: Sequence[Candidate]) -> None:
    """Copy the chosen questions from one file to another, each with its answer put in place."""
    chances = best_constants(kept)
    names = {candidate.id for candidate in kept}
    with out.open("w", encoding="utf-8", newline="\n") as lines:
        for question in read_jsonl(drafts, Question):
            if question.id not in names:
                continue
            answer = chosen.answers.get(question.id, question.answer)
            question = place(question, answer)
            if question.task in chances:
                question = question.model_copy(update={"chance": chances[question.task]})
            lines.write(question.to_json() + "\n")


def best_constants(kept: Sequence[Candidate]) -> dict[str, float]:
    """For each task that is answered by a number, the share of the commonest one."""
    numbers: dict[str, Counter[int]] = defaultdict(Counter)
    for candidate in kept:
        if isinstance(candidate.gold, int):
            numbers[candidate.task][candidate.gold] += 1
    return {task: max(count.values()) / count.total() for task, count in numbers.items()}


def count_tasks(
    sources: Mapping[str, str],
    chosen: Balanced,
    kept: Sequence[Candidate],
    reasons: Mapping[tuple[str, str], int],
) -> dict[str, TaskCount]:
    """What the manifest says of each task; `sources` tells where each is defined, by its name."""
    constants = best_constants(kept)
    counts: dict[str, TaskCount] = {}
    for task, source in sources.items():
        own = [candidate for candidate in kept if candidate.task == task]
        chances = [constants.get(task, c.chance) for c in own]
        known = [chance for chance in chances if chance is not None]
        answers = Counter(
            str(answer)
            for answer in (chosen.answers.get(c.id, c.gold) for c in own)
            if not isinstance(answer, tuple)
        )
        counts[task] = TaskCount(
            source=source,
            kept=len(own),
            kept_by_split=dict(sorted(Counter(c.split for c in own).items())),
            rejected={
                reason: count for (name, reason), count in sorted(reasons.items()) if name == task
            },
            chance=sum(known) / len(known) if known else None,
            answers=dict(sorted(answers.items())),
        )
    return counts
