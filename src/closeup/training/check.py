"""What must hold before any step is taken: a recipe that cannot work fails at once, in one line.

Each rule is a function that raises CloseupError with the field, the value and the rule. Misspelt
keys and numbers out of range have been refused by then, by `Recipe`; test pages, unknown tasks and
unknown styles are refused where a bench's questions are chosen, by `data.pool`.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from closeup import rewards, tools
from closeup.records import CloseupError, shorten
from closeup.teach import check_alike
from closeup.training.case import Case
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe

TRACKERS = ("tensorboard", "trackio", "wandb")
NEEDED = {"tool_benefit": "without_tools", "crop_sufficiency": "scorer"}
"""Terms that need more than an episode, and the field that gives it."""

COLDEST = 0.05
"""The temperature from which on replies differ; ours."""

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


def _wrong(field: str, value: object, rule: str) -> NoReturn:
    raise CloseupError(f"{field}: {value if isinstance(value, str) else shorten(value)}: {rule}")


def _tables_of_the_regime(recipe: Recipe) -> None:
    """A table that the regime does not read would be an experiment other than the one written."""
    if recipe.regime == "sft":
        for name in ("rollouts", "rewards"):
            if getattr(recipe, name) is not None:
                _wrong(name, 'regime = "sft"', "samples nothing: leave the table out")
    elif recipe.rollouts is None:
        _wrong("rollouts", 'regime = "grpo"', "need the table, with completion_tokens at least")
    elif recipe.data.trajectories is not None:
        rule = 'regime = "grpo" samples its own: leave it out, or train on it with "sft" first'
        _wrong("data.trajectories", recipe.data.trajectories, rule)


def _tasks_with_shares(recipe: Recipe) -> None:
    """A share of 0 or less draws no question, and what is meant by it is anyone's guess."""
    for name, share in recipe.data.tasks.items():
        if share <= 0:
            _wrong(f"data.tasks.{name}", share, "need more than 0, or leave the task out")


def _known_tools(recipe: Recipe) -> None:
    """An unknown tool, or one that needs what is not installed, would fail in the first episode."""
    try:
        tools.find(recipe.look.tools)
    except CloseupError as error:
        raise CloseupError(f"look.tools: {error}") from None


def _known_terms(recipe: Recipe) -> None:
    """A misspelt term would be a weight on nothing, and a weight below 0 pays for the opposite."""
    seen: dict[str, str] = {}
    for name, weight in recipe.rewards.weights.items() if recipe.rewards else ():
        try:
            term = rewards.find(name).name
        except CloseupError as error:
            raise CloseupError(f"rewards.weights: {error}") from None
        if term in seen:
            _wrong(f"rewards.weights.{name}", weight, f"{seen[term]} is a term of the same name")
        seen[term] = name
        if weight < 0:
            _wrong(f"rewards.weights.{name}", weight, "need a number from 0 on")


def _something_is_paid(recipe: Recipe) -> None:
    """With all weights 0 every episode of a group is worth the same, and nothing is learned."""
    if recipe.rewards and not any(recipe.rewards.weights.values()):
        names = ", ".join(recipe.rewards.weights)
        _wrong("rewards.weights", names, "all 0: no episode would be better than another")


def _looking_needs_tools(recipe: Recipe) -> None:
    """A term about looking is the same for every episode where no tool is offered."""
    if recipe.rewards is None or recipe.look.tools:
        return
    for name, weight in recipe.rewards.weights.items():
        if weight and rewards.find(name).looks:
            rule = 'is about looking, and no tool is offered: need look.tools = ["zoom_in"]'
            _wrong(f"rewards.weights.{name}", weight, rule)


def _terms_have_their_means(recipe: Recipe) -> None:
    """A term without its run or its model has no value; a run without its term is never read."""
    if recipe.rewards is None:
        return
    for term, field in NEEDED.items():
        given, paid = getattr(recipe.rewards, field), recipe.rewards.weights.get(term)
        if paid and given is None:
            _wrong(f"rewards.weights.{term}", paid, f"needs rewards.{field}")
        if given is not None and not paid:
            _wrong(f"rewards.{field}", given, f"only {term} reads it, which has no weight")


def _chance_in_what_is_said(recipe: Recipe) -> None:
    """Near temperature 0 all replies of a group are the same, and nothing is learned."""
    if recipe.rollouts and recipe.rollouts.temperature < COLDEST:
        rule = f"need at least {COLDEST}: all episodes of a group would be the same"
        _wrong("rollouts.temperature", recipe.rollouts.temperature, rule)


def whole_groups(recipe: Recipe) -> None:
    """An advantage is measured within a group, so a step must hold whole ones."""
    if recipe.rollouts and recipe.train.batch % recipe.rollouts.group:
        rule = f"need a multiple of rollouts.group, {recipe.rollouts.group}"
        _wrong("train.batch", recipe.train.batch, rule)


def _room_for_a_reply(recipe: Recipe) -> None:
    """One reply longer than all turns together would be cut where nothing says so."""
    if recipe.rollouts and recipe.look.max_tokens > recipe.rollouts.completion_tokens:
        rule = f"need rollouts.completion_tokens, {recipe.rollouts.completion_tokens}, at most"
        _wrong("look.max_tokens", recipe.look.max_tokens, rule)


def _vllm_can_serve_it(recipe: Recipe) -> None:
    """vLLM serves no adapters of a vision tower, and a server has an address."""
    rollouts = recipe.rollouts
    if rollouts is None:
        return
    if rollouts.vllm and recipe.lora and recipe.lora.vision:
        _wrong("lora.vision", True, f'rollouts.vllm = "{rollouts.vllm}" serves no adapters of it')
    if rollouts.vllm == "server" and rollouts.vllm_url is None:
        _wrong("rollouts.vllm", "server", "needs rollouts.vllm_url")
    if rollouts.vllm != "server" and rollouts.vllm_url is not None:
        _wrong("rollouts.vllm_url", rollouts.vllm_url, 'needs rollouts.vllm = "server"')


def _one_mind_about_vision(recipe: Recipe) -> None:
    """A tower cannot be frozen and adapted."""
    if recipe.lora and recipe.lora.vision and "vision" in recipe.train.freeze:
        _wrong("lora.vision", True, "train.freeze names vision")


def _trackers_are_installed(recipe: Recipe) -> None:
    """The trainer would find out after the model has been loaded."""
    for name in recipe.report_to:
        if name not in TRACKERS:
            _wrong("report_to", name, f"need one of {', '.join(TRACKERS)}")
        if find_spec(name) is None:
            _wrong("report_to", name, f"not installed: pip install {name}")


def whole_batches(recipe: Recipe, launch: Launch) -> None:
    """Every process works on as many samples as any other, `micro_batch` at once."""
    at_once = recipe.train.micro_batch * launch.processes
    if recipe.train.batch % at_once:
        each = f"{recipe.train.micro_batch} x {launch.processes} processes = {at_once}"
        rule = f"need a multiple of train.micro_batch, {each}"
        if launch.processes == 1:
            rule = f"need a multiple of train.micro_batch, {at_once}"
        _wrong("train.batch", recipe.train.batch, rule)


def _updates_survive(recipe: Recipe, launch: Launch) -> None:
    """A bfloat16 has 8 bits: most updates of a usual learning rate are rounded away. Adapters are
    kept in float32, and DeepSpeed keeps a copy of the weights in it."""
    if recipe.train.dtype == "bfloat16" and recipe.lora is None and launch.zero == 0:
        rule = "rounds small updates of the weights away: need lora, mixed, float32 or DeepSpeed"
        rule += " (of which a dry run is told by --accelerate FILE)"
        _wrong("train.dtype", "bfloat16", rule)


def _adapters_can_be_merged(recipe: Recipe, launch: Launch) -> None:
    """One process writes the finished model, adapters merged in, and of shared weights it has but
    a part."""
    if recipe.lora and launch.zero == 3:
        rule = "adapters are merged into whole weights: need stage 2, or leave the table out"
        _wrong("lora", "with ZeRO stage 3", rule)


def _scorer_is_whole(recipe: Recipe, launch: Launch) -> None:
    """ZeRO's stage 3 cuts up every model that is loaded, and nobody puts a frozen one together."""
    if recipe.rewards and recipe.rewards.scorer and launch.zero == 3:
        rule = "with ZeRO stage 3 it would be cut up: need stage 2"
        _wrong("rewards.scorer", recipe.rewards.scorer, rule)


def _answers_that_can_be_paid(case: Case) -> None:
    """Open descriptions have no exact match: a judge would be the reward, and would be hacked."""
    if case.recipe.regime == "sft":
        return
    for name in case.pool:
        if case.task(name).answer_format == "text":
            exact = [other for other in case.pool if other != name]
            rule = "its answers are open, no reward can check them: name others in data.tasks"
            _wrong("data.tasks", name, rule + (f", such as {exact[0]}" if exact else ""))


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
            _wrong(f"rewards.weights.{name}", weight, rule)
    terms = [rewards.find(name) for name, weight in weights.items() if weight]
    if not any(term.looks and term.high > 0 for term in terms):
        rule += ": pay looking by tool_benefit or crop_sufficiency, or offer no tools"
        _wrong("look.tools", ", ".join(looking), rule)


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
            _wrong("rewards.without_tools", run, rule)


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
        _wrong("look.max_tokens", look.max_tokens, rule)
    if least > rollouts.completion_tokens:
        rule = f"need at least {least}, for an answer of {answer} tokens"
        if look.tools:
            crop = f"{counter.largest_crop} tokens each (look.crop_pixels = {counter.crops.pixels})"
            rule += f" after {look.calls} calls and their crops, up to {crop}"
        _wrong("rollouts.completion_tokens", rollouts.completion_tokens, rule)


def _pages_fit(case: Case) -> None:
    """Page, question and all that follows must fit the model's context."""
    room = case.shape.text.max_position_embeddings
    after = case.recipe.rollouts.completion_tokens if case.recipe.rollouts else 0
    for name, questions in case.sample.items():
        for question in questions:
            images, texts = case.counter.prompt(question, case.task(name))
            if images + texts + after > room:
                need = f"{images} tokens of images + {texts} of text + {after} to follow"
                _wrong("look.pixels", f"question {question.id}", f"{need}: the context has {room}")


ALONE = (
    _tables_of_the_regime,
    _tasks_with_shares,
    _known_tools,
    _known_terms,
    _something_is_paid,
    _looking_needs_tools,
    _terms_have_their_means,
    _chance_in_what_is_said,
    whole_groups,
    _room_for_a_reply,
    _vllm_can_serve_it,
    _one_mind_about_vision,
    _trackers_are_installed,
)
"""Rules about the recipe alone."""
LAUNCHED = (whole_batches, _updates_survive, _adapters_can_be_merged, _scorer_is_whole)
"""Rules about the recipe and its processes."""
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
