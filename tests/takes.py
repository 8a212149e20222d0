"""Batches of the real GRPO trainer, sampled or scripted, with all that was said for them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeup.episode import Episode
from closeup.training import grpo
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder


@dataclass
class Sampled:
    """A batch of a trainer's, and what was sampled for it: prompt, reply, log-probabilities."""

    training: grpo.Training
    made: dict[str, Any]
    said: list[tuple[list[int], list[int], list[float]]]
    episodes: list[Episode]

    def row(self, row: int) -> tuple[list[int], list[int], list[int]]:
        """Prompt, completion and loss mask, without padding."""
        made = self.made
        prompt = made["prompt_ids"][row][made["prompt_mask"][row].bool()].tolist()
        there = made["completion_mask"][row].bool()
        taught = made["tool_mask"][row][there].tolist()
        return prompt, made["completion_ids"][row][there].tolist(), taught


def sampled(recipe: Recipe, out: Path, scripts: Any = None, unended: Any = None) -> Sampled:
    """The first batch of a recipe: four rollouts, which say their scripts where there are some.

    `unended` is the row and the turn of a reply that lacks its end.
    """
    args = grpo.config(recipe, out)
    with RunFolder.begin(out, recipe) as folder:
        training = grpo.Training(recipe, args, folder, 0)
        trainer = training.trainer
        words = training.learner.processor.tokenizer
        said: list[Any] = []
        if scripts:
            trainer.force = _forced(words, scripts, unended)
        generate = trainer._engine.generate

        def heard(ids: Any, *rest: Any) -> Any:
            replies, logps = generate(ids, *rest)
            said.extend(zip(map(list, ids), replies, logps, strict=True))
            return replies, logps

        trainer._engine.generate = heard
        trainer.model.train()
        made = _first(training)
        assert training.sampled
        episodes = list(training.sampled.store.episodes())
        training.close()
    return Sampled(training, made, said, episodes)


def again(taken: Sampled, scripts: Any, most: int) -> list[Episode]:
    """The episodes of the same batch with so many tokens for a completion."""
    trainer = taken.training.trainer
    trainer.max_completion_length = most
    trainer.force = _forced(taken.training.learner.processor.tokenizer, scripts, None)
    taken.training.sampled = None
    _first(taken.training)
    return [rollout.episode for rollout in taken.training.logbook._batches[-1]]


def _first(training: grpo.Training) -> dict[str, Any]:
    rollouts = training.recipe.rollouts
    assert rollouts
    rows = [training.trainer.train_dataset[row] for row in range(4 // rollouts.group)]
    inputs = [row for row in rows for _ in range(rollouts.group)]
    return training.trainer._generate_and_score_completions(inputs)


def _forced(words: Any, scripts: Any, unended: Any) -> Any:
    """Each row says its script; it is known by the prompt's row and by how far it came."""
    lines = [
        [
            words(text)["input_ids"] + ([] if (row, turn) == unended else [words.eos_token_id])
            for turn, text in enumerate(script)
        ]
        for row, script in enumerate(scripts)
    ]
    going = [list(script) for script in lines]
    heard: list[list[int]] = [[] for _ in scripts]

    def force(prompts: list[list[int]]) -> list[list[int]]:
        rows = iter(range(len(scripts)))  # the batch keeps their order
        said = []
        for prompt in prompts:
            row = next(r for r in rows if going[r] and prompt[: len(heard[r])] == heard[r])
            said.append(going[row].pop(0))
            heard[row] = prompt + said[-1]
        return said

    return force
