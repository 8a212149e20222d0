"""A finished model is asked the questions of the test, greedily, and its result is written."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from closeup import tools
from closeup.ask import CROPS, Setting
from closeup.bench import Bench
from closeup.conversation import Budget
from closeup.evaluate import run as evaluate
from closeup.message import Sampling
from closeup.models import MODELS, Given, ModelOptions, find
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.question import Question
from closeup.records import CloseupError, checked
from closeup.report.zoom import zoom_figures
from closeup.run_info import Result as Answer
from closeup.stats import cluster_keys, clustered_mean
from closeup.store import Store
from closeup.study import curves
from closeup.study.made import remembered, weights
from closeup.study.questions import Few, chosen, told
from closeup.study.result import Looked, Result, Stage, TaskResult, packed
from closeup.study.run import Run
from closeup.study.run import Stage as Training
from closeup.study.study import Study
from closeup.training.run_folder import RunFolder


def measure(run: Run) -> Result:
    """Ask the model of a run, whose trainings are finished, and write down what came of it.

    What was asked already is kept; CloseupError where the model or the bench is not there.
    """
    study = run.study
    whole = Bench.open(Path(study.test))
    questions = chosen(whole, study.limit)
    bench = Few(whole, [question for own in questions.values() for question in own])
    pictures = Pictures.at(bench.image_path)
    options = checked(ModelOptions, pixels=study.pixels)
    model = find(asked(run.model), Given(pictures, bench, run.seed, options))
    evaluate(bench, model, run.measured, pictures=pictures, setting=setting(run, model))
    known = told(whole, study.limit, questions)
    with Store.open(run.measured) as store:
        answers = {answer.question: answer for answer in store.results()}
        looked = zoom_figures(store, bench=bench)
    result = Result(
        closeup=version("closeup"),
        study=study.name,
        arm=run.arm.name,
        seed=run.seed,
        made=remembered(run),
        model=weights(run.model),
        questions=known.key,
        tools=run.arm.tools,
        tasks={task: _task(own, answers) for task, own in questions.items()},
        looked={
            task: Looked(
                episodes=row.episodes,
                calls=row.calls,
                call_rate=row.call_rate,
                covered=row.covered,
                iou=row.iou,
            )
            for task, row in looked.items()
        },
        stages=tuple(trained(stage) for stage in run.stages),
    )
    known.write(Path(study.results))
    result.write(run.file)
    return result


def asked(place: str) -> str:
    """The name that `closeup run` has for a model: hf: stands before a folder or a hub's name."""
    return place if place in MODELS or ":" in place else f"hf:{place}"


def setting(run: Run, model: Model) -> Setting:
    """How all arms are asked: greedily, with crops of the size that the model was taught with."""
    study = run.study
    return Setting(
        tools=tools.find(run.arm.tools),
        budget=Budget.of_calls(study.calls),
        sampling=checked(Sampling, temperature=0.0, max_tokens=study.max_tokens),
        crops=getattr(model, "crops", None) or CROPS,
    )


def trained(stage: Training) -> Stage:
    """What a finished training cost, and its curves."""
    recipe, rows = stage.recipe(), RunFolder(stage.out).metrics()
    if not rows:
        raise CloseupError(f"{stage.out}: no metrics: delete it to train it again")
    steps = int(rows[-1]["step"] or 0)
    return Stage(
        recipe=stage.file.name,
        regime=recipe.regime,
        steps=steps,
        samples=steps * recipe.train.batch,
        seconds=round(curves.seconds(rows), 1),
        alarms=curves.alarms(rows),
        curve=curves.thinned(rows, recipe.train.batch),
    )


def _task(questions: Sequence[Question], answers: Mapping[str, Answer]) -> TaskResult:
    values = [answers[question.id].value for question in questions]
    known = [
        (value, (question.cluster, question.issue))
        for value, question in zip(values, questions, strict=True)
        if value is not None
    ]
    mean = clustered_mean([value for value, _ in known], cluster_keys(place for _, place in known))
    replies = [a for q in questions if (a := answers[q.id]).parsed is not None]
    return TaskResult(
        n=len(values),
        unscored=len(values) - len(known),
        score=mean.mean,
        low=mean.low,
        high=mean.high,
        clusters=mean.clusters,
        unparsed=sum(not answer.parsed for answer in replies) / len(replies) if replies else 0.0,
        scores=packed(values),
    )


def measure_by_name(file: str, arm: str, seed: str) -> None:
    """The run of a study's file by its arm and seed: what a process of its own is given."""
    study = Study.load(Path(file))
    measure(Run(study, study.arm(arm), int(seed)))
