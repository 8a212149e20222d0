#!/usr/bin/env bash
# The whole study, from recipes/tiny/base to docs/study.md, on two cores; what is finished is passed
# over, so the same command goes on where it was stopped. From the repository's root. Some two hours
# of two cores for the main arms, and three and a half for the exploratory ones. With --force what was
# made from something else than what is there now, such as another base, is done again.
set -euo pipefail
export OMP_NUM_THREADS=1 ACCELERATE_USE_CPU=true
study=(closeup study recipes/tiny/study.toml --workers 2 "$@")
recipes/tiny/pages.sh
"${study[@]}" --only base SFT-S SFT-R RL RARL "SFT-S long" "SFT-R long"

# What is known without looking, of the questions that the arm "tool benefit" trains on: by SFT-S long, for
# SFT-S cannot put its counts and orders, and then the benefit would be a matter of form.
[ "${1:-}" != --force ] || rm -rf results/tiny/without
closeup run results/tiny/study --split train --model "hf:results/study/SFT-S long/0/1_sft_s/final" \
    --max-tokens 64 --limit 4300 --out results/tiny/without \
    --tasks action_recognition character_counting character_identification depth_comparison \
    dialogue_reordering panel_reordering panel_understanding_choice
"${study[@]}"
