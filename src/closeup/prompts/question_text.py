"""A question in words: its regions in the model's grid, its options lettered."""

from collections.abc import Sequence

from closeup import prompts
from closeup.geometry import Grid, View
from closeup.question import LETTERS, Mark, Question

GRIDS: dict[Grid, str] = {
    "pixel": "A box is [x0, y0, x1, y1] in pixels of {image}, from its top left corner.",
    "rel1000": "A box is [x0, y0, x1, y1] in thousandths of the width and height of {image}.",
    "rel1000_yx": "A box is [y0, x0, y1, x1] in thousandths of the height and width of {image}.",
    "rel100": "A box is [x0, y0, x1, y1] in hundredths of the width and height of {image}.",
}


def question_text(
    question: Question, views: Sequence[View], grid: Grid, template: str | None = None
) -> str:
    """The question as a model reads it, after its images.

    `views` are how `question.views` are shown, in the same order; `template` is the text to fill,
    the prompt of the question's task where it is None. The template has a slot for each region
    that has a word for a name; `{regions}` for the lettered regions, a line each; `{options}` for
    the texts; `{grid}` where boxes are written; `{example}`, an order's form.
    Raises ValueError where template and question do not fit each other.
    """
    if len(views) != len(question.views):
        raise ValueError(f"{question.id}: {len(views)} views for {len(question.views)}")
    several = len(views) > 1

    def place(mark: Mark) -> str:
        view = views[mark.view]
        image = f"image {mark.view + 1}"
        if several and mark.box == question.views[mark.view].box:
            return image
        box = str(view.from_page(mark.box, grid))
        return f"{box} of {image}" if several else box

    slots = {name: place(mark) for name, mark in question.refs.items() if len(name) > 1}
    lettered = [
        f"{name}: {place(question.refs[name])}" for name in sorted(question.refs) if len(name) == 1
    ]
    if lettered:
        slots["regions"] = "\n".join(lettered)
    if question.options:
        texts = (" ".join(option.split()) for option in question.options)
        slots["options"] = "\n".join(f"{a}: {b}" for a, b in zip(LETTERS, texts, strict=False))
    if any("[" in text for name, text in slots.items() if name != "options"):
        slots["grid"] = GRIDS[grid].format(image="its image" if several else "the image")
    if question.answer_format == "order":
        slots["example"] = ", ".join(question.labels)
    if template is None:
        return prompts.render(question.task, **slots)
    return prompts.fill(template, question.task, **slots)
