"""Scores by answer format: exact match, with the secondary measures of each format beside it."""

from itertools import combinations

from closeup import replies
from closeup.question import Question, Score


def solution(question: Question) -> str:
    """The gold answer, written as the prompts ask for it."""
    match question.answer:
        case tuple(letters) if question.answer_format == "order":
            body = ", ".join(letters)
        case tuple(facts):
            body = " ".join(
                fact if fact.endswith((".", "!", "?")) else f"{fact}." for fact in facts
            )
        case answer:
            body = str(answer)
    return f"<answer>{body}</answer>"


def score(question: Question, reply: str) -> Score:
    """1 for the gold answer, 0 for any other and, with the reason, for none. Not for open text."""
    match question.answer_format:
        case "choice":
            reading = replies.choice(reply, question.labels)
        case "integer":
            reading = replies.integer(reply)
        case "order":
            reading = replies.order(reply, question.labels)
        case other:
            raise ValueError(f"{question.id}: answers of format {other!r} have no exact match")
    if reading.answer is None:
        return Score(value=0.0, reason=f"no {question.answer_format} answer ({reading.how})")
    return Score(
        value=float(reading.answer == question.answer),
        answer=reading.answer,
        details=_details(question, reading.answer),
    )


def _details(question: Question, answer: str | int | tuple[str, ...]) -> dict[str, float]:
    match question.answer, answer:
        case int(gold), int(number):
            error = abs(gold - number)
            return {"absolute_error": float(error), "within_one": float(error <= 1)}
        case tuple(gold), tuple(order):
            place = {letter: i for i, letter in enumerate(order)}
            pairs = [place[a] < place[b] for a, b in combinations(gold, 2)]
            right = sum(pairs) / len(pairs)
            at_home = sum(a == b for a, b in zip(gold, order, strict=True)) / len(gold)
            return {"kendall_tau": 2 * right - 1, "pairs": right, "positions": at_home}
        case _:
            return {}
