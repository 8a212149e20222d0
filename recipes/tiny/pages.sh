#!/usr/bin/env bash
# What the study trains and tests on: pages of training seeds, a teacher's episodes about them, and
# pages of test seeds. Some six minutes on two cores; from the repository's root.
set -euo pipefail
home=results/tiny
tasks=(action_recognition character_counting character_identification depth_comparison
       dialogue_reordering panel_reordering panel_understanding_choice)
[ -e $home/study ] || closeup build --reader synthetic --pages 1000 --seed 0 --out $home/study
closeup teach $home/study --model teacher_exact --out $home/taught --tools zoom_in \
    --grid rel100 --multiple 28 --pixels 150528 --crop-pixels 28224 --crop-least 28224 \
    --tasks "${tasks[@]}"
[ -e $home/held_out ] || closeup build --reader synthetic --pages 120 --seed 2000000 --out $home/held_out \
    --tasks "${tasks[@]}"
