"""Teaching a model to read comics: supervised on solutions and trajectories, or by reward.

A `Recipe` is an experiment that can be read aloud; `sft` and `grpo` run one with TRL's trainers.
Torch is imported by the modules that train, not by this package.
"""
