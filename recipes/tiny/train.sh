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

# 1. Eyes: what lies where.
[ -e $home/1_eyes ] || torchrun --nproc-per-node 2 -m closeup.tiny.eyes $home/new $home/1_eyes \
    --bench $home/train --without-styles wash --minutes 24 --batch 8 --rate 1.2e-3

# 2. Crops: the questions, with what they are about shown enlarged.
closeup teach $home/train --out $home/plain --oracle-crop "${sizes[@]}" --tasks \
    panel_understanding panel_understanding_choice action_recognition character_counting \
    depth_comparison character_identification
two=(accelerate launch --cpu --num_processes 2 --mixed_precision no --dynamo_backend no
     -m closeup.cli train)
"${two[@]}" $recipes/2_crops.toml --out $home/2_crops

# 3. Zooming: a teacher's episodes on whole pages. 4. Region-aware RL, in two stages.
closeup teach $home/train --out $home/taught --tools zoom_in "${sizes[@]}" --limit 40000 \
    --tasks "${closed[@]}"
closeup train $recipes/3_sft_r.toml  --out $home/3_sft_r
closeup train $recipes/4_rarl_1.toml --out $home/4_rarl_1
closeup train $recipes/4_rarl_2.toml --out $home/4_rarl_2
