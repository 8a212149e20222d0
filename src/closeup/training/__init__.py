"""Teaching a model to read comics: supervised on solutions and trajectories, or by reward.

A `Recipe` is an experiment that can be read aloud; `sft` and `grpo` run one with TRL's trainers.
Torch is imported by the modules that train, not by this package.

What is to be done, before any weights are loaded:

recipe.py         a training run as a TOML file; reference.py, its fields as Markdown
recipe_rules.py   what a recipe may not say, by itself; launch.py, the processes it is begun with
check.py          what must hold of the recipe, the model and the bench it names
case.py           a recipe with what it names; asking.py, how its questions are asked
data.py           which questions are learned, in which order; lessons.py, what is taught of each
shape.py          a model's shape without its weights; tokens.py, how many a question takes
plan.py           what a run will take, with memory.py and pace.py: the dry run

Doing it:

sft.py            SFT-S and SFT-R on TRL's SFTTrainer; encode.py, a conversation as tokens
grpo.py           RL and RARL on TRL's GRPOTrainer; environment.py, an episode to that trainer
learner.py        the model that learns; template.py, its processor as TRL needs it
prefix_sharing.py rollouts that feed a group's page once
shared_prefix.py  the same in the training pass; shared_vision.py for images, compact_head.py for
                  the vocabulary
run_folder.py     where a run is; keeping.py, its checkpoints; resuming.py, going on from one

What it tells:

sampled.py        the episodes it sampled; paid.py, what each was paid
telemetry.py      what the episodes of a step show; logbook.py, one row a step
alarm.py          when a run has collapsed
curves.py         its curves, by chart.py, chart_lines.py and chart_style.py
"""
