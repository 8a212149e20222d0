#!/usr/bin/env bash
# closeup-tiny from nothing: pages, an untrained model, and every stage in order, on two cores; each
# stage that is finished is passed over. From the repository's root.
set -euo pipefail
export OMP_NUM_THREADS=1 ACCELERATE_USE_CPU=true
home=results/tiny recipes=recipes/tiny
sizes=(--multiple 28 --pixels 150528 --crop-pixels 28224 --crop-least 28224)
tasks=(action_recognition character_counting character_identification depth_comparison
       dialogue_reordering panel_reordering panel_understanding_choice)
both=(torchrun --nproc-per-node 2)

[ -e $home/train ] || closeup build --reader synthetic --pages 4000 --seed 0 --out $home/train
[ -e $home/test ]  || closeup build --reader synthetic --pages 120 --seed 1000000 --out $home/test
[ -e $home/new/closeup.json ] || python -m closeup.tiny.new $home/new --bench $home/train

# 1. Eyes: what lies where in an image, in words. First small figures, then all there is to see.
[ -e $home/figures/heads.safetensors ] || "${both[@]}" -m closeup.tiny.eyes $home/new $home/figures \
    --bench $home/train --without-styles wash --tokens 16 --minutes 50
[ -e $home/eyes/heads.safetensors ] || "${both[@]}" -m closeup.tiny.eyes $home/figures $home/eyes \
    --bench $home/train --without-styles wash --tokens 16 25 36 --panels 0.4 --page 192 \
    --minutes 30 --rate 8e-4

# 2. Words: how questions, answers and calls are put, before a page of one blank token.
blank=(--multiple 28 --pixels 784 --crop-pixels 784 --crop-least 784 --limit 40000)
closeup teach $home/train --out $home/told "${blank[@]}" --tasks "${tasks[@]:0:4}"
closeup teach $home/train --out $home/called "${blank[@]}" --tools zoom_in --tasks "${tasks[@]}"
"${both[@]}" -m closeup.cli train $recipes/words.toml --out $home/words
"${both[@]}" -m closeup.cli train $recipes/calls.toml --out $home/calls

# 3. Crops: the questions, with what they are about shown enlarged.
closeup teach $home/train --out $home/plain --oracle-crop "${sizes[@]}" --limit 30000 \
    --tasks "${tasks[@]:0:4}"
"${both[@]}" -m closeup.cli train $recipes/crops.toml --out $home/crops

# 4. Zooming: a teacher's episodes on whole pages. 5. Region-aware RL, in two stages.
closeup teach $home/train --out $home/taught --tools zoom_in "${sizes[@]}" --limit 40000 \
    --tasks "${tasks[@]}"
"${both[@]}" -m closeup.cli train $recipes/sft_r.toml  --out $home/sft_r
"${both[@]}" -m closeup.cli train $recipes/rarl_1.toml --out $home/rarl_1
"${both[@]}" -m closeup.cli train $recipes/rarl_2.toml --out $home/rarl_2

python -m closeup.tiny.ship $home/sft_r/final closeup-tiny-start
python -m closeup.tiny.ship $home/rarl_2/final closeup-tiny
