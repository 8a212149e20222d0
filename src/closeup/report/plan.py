"""A plan for the terminal. What is estimated says so."""

from rich.console import Group
from rich.text import Text

from closeup.report.terminal import percent, plain
from closeup.training.memory import VLLM_SHARE
from closeup.training.plan import Plan, Spread

GIGA = 1e9
SUMS = ("training", "sampling")


def table(plan: Plan) -> Group:
    """The whole plan in 80 columns."""
    return Group(Text(_head(plan)), _tasks(plan), Text(_run(plan)), _memory(plan), _hours(plan))


def _head(plan: Plan) -> str:
    text = "counted by its own tokenizer" if plan.exact_text else "estimated, no tokenizer at hand"
    return (
        f"{plan.regime} of {plan.model}\n"
        f"{plan.parameters:,} weights, of which {plan.trained:,} are trained "
        f"({100 * plan.trained / plan.parameters:.2f} %)"
        + (" as adapters" if plan.adapters else "")
        + f"\nshape from {plan.shape}\ntokens of images counted; of texts {text}\n"
    )


def _tasks(plan: Plan):
    columns = ["ques-\ntions", "sam-\nples", "passes", "image\ntokens", "text\ntokens", "then"]
    looks = plan.regime == "RARL"
    if looks:
        columns.append("looking\npaid, %")
    grid = plain("what is learned; tokens as least–most", numbers=columns)
    for name, task in plan.tasks.items():
        grid.add_row(
            name,
            f"{task.questions:,}",
            f"{task.episodes:,}",
            f"{task.passes:.1f}",
            _range(task.images),
            _range(task.text),
            str(task.completion),
            *([percent(task.looking)] if looks else []),
        )
    return grid


def _range(spread: Spread) -> str:
    if spread.least == spread.most:
        return str(spread.most)
    return f"{spread.least}–{spread.most}"


def _run(plan: Plan) -> str:
    sampled = plan.tokens_written_most > 0
    lines = [
        f"\n{plan.steps:,} steps of {plan.batch} {'episodes' if sampled else 'examples'}"
        + (f" ({plan.batch // plan.group} questions, {plan.group} each)" if sampled else "")
        + f" on {plan.processes} {'process' if plan.processes == 1 else 'processes'}"
        + (f", ZeRO stage {plan.zero}" if plan.zero else "")
        + f": {plan.samples:,} in all"
    ]
    if plan.crop:
        crop = plan.crop
        lines.append(
            f"a crop: {crop.least} tokens for the smallest evidence, {crop.middle} in the middle, "
            f"{crop.most} at most"
        )
    if sampled:
        lines.append(
            f"an episode: {plan.barest} tokens at the barest with all its calls, "
            f"{plan.completion} at most"
        )
        lines.append(
            f"sampled: {plan.tokens_written:,} tokens in ordinary episodes, "
            f"{plan.tokens_written_most:,} at most"
        )
    lines.append(f"trained: {plan.tokens_trained:,} tokens, prompts included\n")
    return "\n".join(lines)


def _memory(plan: Plan):
    grid = plain("", numbers=("GB",))
    grid.columns[0].header = "memory of one GPU, ESTIMATE"
    for part in type(plan.memory).model_fields:
        if part not in SUMS and (size := getattr(plan.memory, part)):
            grid.add_row(part, f"{size / GIGA:.1f}")
    grid.add_section()
    grid.add_row("while training", f"{plan.memory.training / GIGA:.1f}")
    if plan.vllm is None and plan.tokens_written_most:
        grid.add_row("while sampling", f"{plan.memory.sampling / GIGA:.1f}")
    if plan.vllm == "colocate":
        grid.add_row(f"and vLLM's own {VLLM_SHARE:.0%} of the card", "")
    if plan.vllm == "server":
        grid.add_row("and vLLM's server, on cards of its own", "")
    return grid


def _hours(plan: Plan):
    grid = plain("", numbers=("sampling,\ns a step", "training,\ns a step", "hours"))
    grid.columns[0].header = "time, ESTIMATE; one such GPU a process"
    for each in plan.hours:
        grid.add_row(
            each.device,
            f"{each.sampling_seconds:.2f}" if plan.tokens_written_most else "–",
            f"{each.training_seconds:.2f}",
            f"{each.hours:.2f}",
        )
    return grid
