"""Rules about a recipe alone, and about the processes it is begun with: nothing is opened for them.

Each is a function that raises CloseupError with the field, the value and the rule; `check` applies
them. A recipe that is trained from code keeps to `whole_groups` and `whole_batches` too.
"""

from importlib.util import find_spec
from typing import NoReturn

from closeup import rewards, tools
from closeup.records import CloseupError, shorten
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe

TRACKERS = ("tensorboard", "trackio", "wandb")
NEEDED = {"tool_benefit": "without_tools", "crop_sufficiency": "scorer"}
"""Terms that need more than an episode, and the field that gives it."""

COLDEST = 0.05
"""The temperature from which on replies differ; ours."""


def wrong(field: str, value: object, rule: str) -> NoReturn:
    """Raises CloseupError with the field, the value and the rule."""
    raise CloseupError(f"{field}: {value if isinstance(value, str) else shorten(value)}: {rule}")


def _tables_of_the_regime(recipe: Recipe) -> None:
    """A table that the regime does not read would be an experiment other than the one written."""
    if recipe.regime == "sft":
        for name in ("rollouts", "rewards"):
            if getattr(recipe, name) is not None:
                wrong(name, 'regime = "sft"', "samples nothing: leave the table out")
    elif recipe.rollouts is None:
        wrong("rollouts", 'regime = "grpo"', "need the table, with completion_tokens at least")
    elif recipe.data.trajectories is not None:
        rule = 'regime = "grpo" samples its own: leave it out, or train on it with "sft" first'
        wrong("data.trajectories", recipe.data.trajectories, rule)


def _tasks_with_shares(recipe: Recipe) -> None:
    """A share of 0 or less draws no question, and what is meant by it is anyone's guess."""
    for name, share in recipe.data.tasks.items():
        if share <= 0:
            wrong(f"data.tasks.{name}", share, "need more than 0, or leave the task out")


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
            wrong(f"rewards.weights.{name}", weight, f"{seen[term]} is a term of the same name")
        seen[term] = name
        if weight < 0:
            wrong(f"rewards.weights.{name}", weight, "need a number from 0 on")


def _something_is_paid(recipe: Recipe) -> None:
    """With all weights 0 every episode of a group is worth the same, and nothing is learned."""
    if recipe.rewards and not any(recipe.rewards.weights.values()):
        names = ", ".join(recipe.rewards.weights)
        wrong("rewards.weights", names, "all 0: no episode would be better than another")


def _looking_needs_tools(recipe: Recipe) -> None:
    """A term about looking is the same for every episode where no tool is offered."""
    if recipe.rewards is None or recipe.look.tools:
        return
    for name, weight in recipe.rewards.weights.items():
        if weight and rewards.find(name).looks:
            rule = 'is about looking, and no tool is offered: need look.tools = ["zoom_in"]'
            wrong(f"rewards.weights.{name}", weight, rule)


def _terms_have_their_means(recipe: Recipe) -> None:
    """A term without its run or its model has no value; a run without its term is never read."""
    if recipe.rewards is None:
        return
    for term, field in NEEDED.items():
        given, paid = getattr(recipe.rewards, field), recipe.rewards.weights.get(term)
        if paid and given is None:
            wrong(f"rewards.weights.{term}", paid, f"needs rewards.{field}")
        if given is not None and not paid:
            wrong(f"rewards.{field}", given, f"only {term} reads it, which has no weight")


def _chance_in_what_is_said(recipe: Recipe) -> None:
    """Near temperature 0 all replies of a group are the same, and nothing is learned."""
    if recipe.rollouts and recipe.rollouts.temperature < COLDEST:
        rule = f"need at least {COLDEST}: all episodes of a group would be the same"
        wrong("rollouts.temperature", recipe.rollouts.temperature, rule)


def whole_groups(recipe: Recipe) -> None:
    """An advantage is measured within a group, so a step must hold whole ones."""
    if recipe.rollouts and recipe.train.batch % recipe.rollouts.group:
        rule = f"need a multiple of rollouts.group, {recipe.rollouts.group}"
        wrong("train.batch", recipe.train.batch, rule)


def _room_for_a_reply(recipe: Recipe) -> None:
    """One reply longer than all turns together would be cut where nothing says so."""
    if recipe.rollouts and recipe.look.max_tokens > recipe.rollouts.completion_tokens:
        rule = f"need rollouts.completion_tokens, {recipe.rollouts.completion_tokens}, at most"
        wrong("look.max_tokens", recipe.look.max_tokens, rule)


def _vllm_can_serve_it(recipe: Recipe) -> None:
    """vLLM serves no adapters of a vision tower, and a server has an address."""
    rollouts = recipe.rollouts
    if rollouts is None:
        return
    if rollouts.vllm and recipe.lora and recipe.lora.vision:
        wrong("lora.vision", True, f'rollouts.vllm = "{rollouts.vllm}" serves no adapters of it')
    if rollouts.vllm == "server" and rollouts.vllm_url is None:
        wrong("rollouts.vllm", "server", "needs rollouts.vllm_url")
    if rollouts.vllm != "server" and rollouts.vllm_url is not None:
        wrong("rollouts.vllm_url", rollouts.vllm_url, 'needs rollouts.vllm = "server"')


def _one_mind_about_vision(recipe: Recipe) -> None:
    """A tower cannot be frozen and adapted."""
    if recipe.lora and recipe.lora.vision and "vision" in recipe.train.freeze:
        wrong("lora.vision", True, "train.freeze names vision")


def _trackers_are_installed(recipe: Recipe) -> None:
    """The trainer would find out after the model has been loaded."""
    for name in recipe.report_to:
        if name not in TRACKERS:
            wrong("report_to", name, f"need one of {', '.join(TRACKERS)}")
        if find_spec(name) is None:
            wrong("report_to", name, f"not installed: pip install {name}")


def whole_batches(recipe: Recipe, launch: Launch) -> None:
    """Every process works on as many samples as any other, `micro_batch` at once."""
    at_once = recipe.train.micro_batch * launch.processes
    if recipe.train.batch % at_once:
        each = f"{recipe.train.micro_batch} x {launch.processes} processes = {at_once}"
        rule = f"need a multiple of train.micro_batch, {each}"
        if launch.processes == 1:
            rule = f"need a multiple of train.micro_batch, {at_once}"
        wrong("train.batch", recipe.train.batch, rule)


def _updates_survive(recipe: Recipe, launch: Launch) -> None:
    """A bfloat16 has 8 bits: most updates of a usual learning rate are rounded away. Adapters are
    kept in float32, and DeepSpeed keeps a copy of the weights in it."""
    if recipe.train.dtype == "bfloat16" and recipe.lora is None and launch.zero == 0:
        rule = "rounds small updates of the weights away: need lora, mixed, float32 or DeepSpeed"
        rule += " (of which a dry run is told by --accelerate FILE)"
        wrong("train.dtype", "bfloat16", rule)


def _adapters_can_be_merged(recipe: Recipe, launch: Launch) -> None:
    """One process writes the finished model, adapters merged in, and of shared weights it has but
    a part."""
    if recipe.lora and launch.zero == 3:
        rule = "adapters are merged into whole weights: need stage 2, or leave the table out"
        wrong("lora", "with ZeRO stage 3", rule)


def _scorer_is_whole(recipe: Recipe, launch: Launch) -> None:
    """ZeRO's stage 3 cuts up every model that is loaded, and nobody puts a frozen one together."""
    if recipe.rewards and recipe.rewards.scorer and launch.zero == 3:
        rule = "with ZeRO stage 3 it would be cut up: need stage 2"
        wrong("rewards.scorer", recipe.rewards.scorer, rule)


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
