#!/usr/bin/env bash
# closeup-tiny from nothing: pages, an untrained model, and every stage in order. About three hours on
# two cores; each stage that is finished is passed over. From the repository's root.
set -euo pipefail
export OMP_NUM_THREADS=1
home=results/tiny recipes=recipes/tiny
sizes=(--multiple 28 --pixels 150528 --crop-pixels 50176 --crop-least 50176)
closed=(action_recognition character_counting character_identification depth_comparison
        dialogue_reordering panel_reordering panel_understanding_choice)

[ -e $home/train ] || closeup build --reader synthetic --pages 4000 --seed 0 --out $home/train
[ -e $home/test ]  || closeup build --reader synthetic --pages 120 --seed 1000000 --out $home/test
[ -e $home/new ]   || python -m closeup.tiny.new $home/new --bench $home/train

# 1. Words: how questions and answers are put. There is nothing to see yet.
closeup teach $home/train --out $home/told --multiple 28 --pixels 784 --crop-pixels 784 \
    --crop-least 784 --limit 40000 --tasks action_recognition character_counting depth_comparison \
    character_identification panel_understanding_choice
closeup train $recipes/1_words.toml --out $home/1_words

# 2. Eyes: what lies where, in those words.
[ -e $home/2_eyes ] || torchrun --nproc-per-node 2 -m closeup.tiny.eyes $home/1_words/final \
    $home/2_eyes --bench $home/train --without-styles wash --minutes 60 --batch 8 --rate 1.2e-3

# 3. Crops: the questions, with what they are about shown enlarged.
closeup teach $home/train --out $home/plain --oracle-crop "${sizes[@]}" --tasks \
    panel_understanding panel_understanding_choice action_recognition character_counting \
    depth_comparison character_identification
export ACCELERATE_USE_CPU=true
torchrun --nproc-per-node 2 -m closeup.cli train $recipes/3_crops.toml --out $home/3_crops

# 4. Zooming: a teacher's episodes on whole pages. 5. Region-aware RL, in two stages.
closeup teach $home/train --out $home/taught --tools zoom_in "${sizes[@]}" --limit 40000 \
    --tasks "${closed[@]}"
closeup train $recipes/4_sft_r.toml  --out $home/4_sft_r
closeup train $recipes/5_rarl_1.toml --out $home/5_rarl_1
closeup train $recipes/5_rarl_2.toml --out $home/5_rarl_2
