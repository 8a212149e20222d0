#!/usr/bin/env bash
# closeup-tiny from nothing: pages, an untrained model, and every stage in order, on two cores; what
# is finished is passed over. From the repository's root. Some three hours and a half to the base, which
# takes the place of the one in recipes/tiny/base, and then one and a half for SFT-R, RARL and RARL long
# of the study's first seed, which take the place of their results in recipes/tiny/results. The report
# names what is of the old base then; `recipes/tiny/study.sh --force` does that again.
# Stages are numbered as in docs/closeup_tiny.md.
set -euo pipefail
export OMP_NUM_THREADS=1 ACCELERATE_USE_CPU=true
home=results/tiny recipes=recipes/tiny
sizes=(--multiple 28 --pixels 150528 --crop-pixels 28224 --crop-least 28224)
tasks=(action_recognition character_counting character_identification depth_comparison
       dialogue_reordering panel_reordering panel_understanding_choice)
both=(torchrun --nproc-per-node 2)

[ -e $home/train ] || closeup build --reader synthetic --pages 4000 --seed 0 --out $home/train
[ -e $home/new/closeup.json ] || python -m closeup.tiny.new $home/new --bench $home/train

# 1. Eyes: what lies where in an image, in words. First small figures, then all there is to see.
[ -e $home/figures/heads.safetensors ] || "${both[@]}" -m closeup.tiny.eyes $home/new $home/figures \
    --bench $home/train --without-styles wash --tokens 16 --minutes 42
[ -e $home/eyes/heads.safetensors ] || "${both[@]}" -m closeup.tiny.eyes $home/figures $home/eyes \
    --bench $home/train --without-styles wash --tokens 16 25 36 --panels 0.4 --page 192 \
    --minutes 26 --rate 8e-4

# 2. Words: how questions and answers are put, before a page of one blank token.
blank=(--multiple 28 --pixels 784 --crop-pixels 784 --crop-least 784 --limit 40000)
closeup teach $home/train --out $home/told "${blank[@]}" --tasks "${tasks[@]:0:4}"
"${both[@]}" -m closeup.cli train $recipes/words.toml --out $home/words
# 3. Calls: how a tool is called, and how a box is written again with a margin around it.
closeup teach $home/train --out $home/called "${blank[@]}" --tools zoom_in --tasks "${tasks[@]}"
"${both[@]}" -m closeup.cli train $recipes/calls.toml --out $home/calls

# 4. Crops: the questions, with what they are about shown enlarged.
closeup teach $home/train --out $home/plain --oracle-crop "${sizes[@]}" --limit 30000 \
    --tasks "${tasks[@]:0:4}"
"${both[@]}" -m closeup.cli train $recipes/crops.toml --out $home/crops

# The eyes once more, while the rest keeps still, and what they see put to use once more.
if [ ! -e $home/eyes_again/heads.safetensors ]; then
    mkdir -p $home/crops_eyes
    cp $home/crops/final/* $home/eyes/heads.safetensors $home/crops_eyes
    "${both[@]}" -m closeup.tiny.eyes $home/crops_eyes $home/eyes_again --rough --seed 1 \
        --bench $home/train --without-styles wash --tokens 16 25 36 --panels 0.3 --page 192 \
        --minutes 27 --rate 1e-3
fi
"${both[@]}" -m closeup.cli train $recipes/crops.toml --out $home/crops_again \
    --set model=$home/eyes_again train.steps=350

# 5. Boxes: in hundredths from here on, with a token for every number. To copy a box digit by digit, as
# the calls above were to teach, is more than so small a model learns. The start is rounded, as a base is.
if [ ! -e $home/numbers/closeup.json ]; then
    python -m closeup.tiny.ship $home/crops_again/final $home/rounded
    python -m closeup.tiny.numbers $home/rounded $home/numbers
fi
exact=(--model teacher_exact --grid rel100)
closeup teach $home/train --out $home/boxed "${exact[@]}" "${blank[@]}" --tools zoom_in \
    --tasks "${tasks[@]}"
"${both[@]}" -m closeup.cli train $recipes/boxes.toml --out $home/boxes
"${both[@]}" -m closeup.cli train $recipes/boxes.toml --out $home/boxes_again \
    --set model=$home/boxes/final train.steps=150 train.learning_rate=6e-4
closeup teach $home/train --out $home/shown "${exact[@]}" --oracle-crop "${sizes[@]}" \
    --limit 30000 --tasks "${tasks[@]:0:4}"
"${both[@]}" -m closeup.cli train $recipes/crops_boxed.toml --out $home/crops_boxed
python -m closeup.tiny.ship $home/crops_boxed/final $recipes/base
cp $home/eyes_again/heads.safetensors $recipes/base  # to go on with the eyes from there

# 6. Zooming: a teacher's episodes on whole pages. 7. Region-aware RL, in two stages, and the second once
# more. All are arms of the study, of its first seed.
$recipes/pages.sh
closeup study $recipes/study.toml --only "RARL long" --force
python -m closeup.tiny.ship results/study/SFT-R/0/1_sft_r/final closeup-tiny-start
python -m closeup.tiny.ship "results/study/RARL long/0/1_rarl_2/final" closeup-tiny
