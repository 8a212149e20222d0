"""What must hold before any step is taken: a recipe that cannot work fails at once, in one line.

`recipe_rules` has the rules that need nothing but the recipe; here are those about the model and
the bench that it names. Misspelt keys and numbers out of range have been refused by then, by
`Recipe`; test pages, unknown tasks and unknown styles are refused where a bench's questions are
chosen, by `data.pool`.
"""

from pathlib import Path

from closeup import rewards
from closeup.records import CloseupError
from closeup.teach import check_alike
from closeup.training.case import Case
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe
from closeup.training.recipe_rules import ALONE, LAUNCHED, wrong

LOOSE = 0.8
"""What an estimate of tokens may be too large by."""


def check(recipe: Recipe, launch: Launch) -> Case:
    """Check a recipe, and what it names; CloseupError for the first thing that is wrong."""
    for rule in ALONE:
        rule(recipe)
    for fits in LAUNCHED:
        fits(recipe, launch)
    case = Case.of(recipe, launch)
    for look in TOGETHER:
        look(case)
    return case


def _answers_that_can_be_paid(case: Case) -> None:
    """Open descriptions have no exact match: a judge would be the reward, and would be hacked."""
    if case.recipe.regime == "sft":
        return
    for name in case.pool:
        if case.task(name).answer_format == "text":
            exact = [other for other in case.pool if other != name]
            rule = "its answers are open, no reward can check them: name others in data.tasks"
            wrong("data.tasks", name, rule + (f", such as {exact[0]}" if exact else ""))


def _boxes_to_look_for(case: Case) -> None:
    """Where nobody knows what is to be seen, or it fills the page, no term with boxes pays."""
    looking = case.recipe.look.tools
    if case.recipe.regime == "sft" or not looking or any(case.hidden.values()):
        return
    names = ", ".join(case.pool)
    weights = case.recipe.rewards.weights if case.recipe.rewards else {}
    rule = f"no question of {names} in {case.bench.path} has evidence of less than a quarter page"
    for name, weight in weights.items():
        if weight and rewards.find(name).boxes:
            wrong(f"rewards.weights.{name}", weight, rule)
    terms = [rewards.find(name) for name, weight in weights.items() if weight]
    if not any(term.looks and term.high > 0 for term in terms):
        rule += ": pay looking by tool_benefit or crop_sufficiency, or offer no tools"
        wrong("look.tools", ", ".join(looking), rule)


def _scorer_can_be_found(case: Case) -> None:
    """Else the model would be loaded first, and then its judge not found."""
    _ = case.scorer


def _known_without_tools(case: Case) -> None:
    """The benefit of a tool is measured against what the model does without, question by
    question."""
    run = case.recipe.rewards.without_tools if case.recipe.rewards else None
    if run is None:
        return
    known = rewards.baseline(Path(run))
    for entries in case.pool.values():
        if missing := [entry.id for entry in entries if entry.id not in known]:
            rule = f"{len(missing)} questions of the pool have no score there, such as {missing[0]}"
            wrong("rewards.without_tools", run, rule)


def _taught_as_it_is_asked(case: Case) -> None:
    """Trajectories hold calls and boxes: of tools that the prompt does not offer, or of images of
    another size, they teach what cannot be."""
    folder = case.recipe.data.trajectories
    if folder is not None:
        try:
            check_alike(Path(folder), case.counter.asked, case.counter.setting)
        except CloseupError as error:
            raise CloseupError(f"data.trajectories: {error}") from None


def _crops_fit(case: Case) -> None:
    """A crop that does not fit is dropped, and the episode ends on a call without an answer: the
    model is punished for looking, and stops."""
    rollouts, counter = case.recipe.rollouts, case.counter
    if rollouts is None:
        return
    answer = max(
        counter.answer(question, case.task(name))
        for name, questions in case.sample.items()
        for question in questions
    )
    least, look = counter.least(answer), case.recipe.look
    reply = max(answer, counter.call) if look.tools else answer
    if look.max_tokens < reply * (1 if counter.words.exact else LOOSE):
        rule = f"need {reply}, for {'a call or ' if look.tools else ''}the longest answer"
        wrong("look.max_tokens", look.max_tokens, rule)
    if least > rollouts.completion_tokens:
        rule = f"need at least {least}, for an answer of {answer} tokens"
        if look.tools:
            crop = f"{counter.largest_crop} tokens each (look.crop_pixels = {counter.crops.pixels})"
            rule += f" after {look.calls} calls and their crops, up to {crop}"
        wrong("rollouts.completion_tokens", rollouts.completion_tokens, rule)


def _pages_fit(case: Case) -> None:
    """Page, question and all that follows must fit the model's context."""
    room = case.shape.text.max_position_embeddings
    after = case.recipe.rollouts.completion_tokens if case.recipe.rollouts else 0
    for name, questions in case.sample.items():
        for question in questions:
            images, texts = case.counter.prompt(question, case.task(name))
            if images + texts + after > room:
                need = f"{images} tokens of images + {texts} of text + {after} to follow"
                wrong("look.pixels", f"question {question.id}", f"{need}: the context has {room}")


TOGETHER = (
    _answers_that_can_be_paid,
    _boxes_to_look_for,
    _known_without_tools,
    _scorer_can_be_found,
    _taught_as_it_is_asked,
    _crops_fit,
    _pages_fit,
)
"""Rules about the recipe, the model and the bench."""
