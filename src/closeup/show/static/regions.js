"use strict";
// The regions of a question as boxes of a picture, and what the boxes mean.

{
  const { el, words } = closeup;
  const KEY = [
    ["evidence", "evidence, never shown to the model"],
    ["zoom", "what it looked at, in its order"],
    ["failed", "a call in vain"],
    ["ref", "what the question names"],
  ];

  /** Of a QuestionCard, or of none, what lies on the page of this name. */
  closeup.regions = (question, name, page) => {
    const own = (regions) => (regions ?? []).filter((region) => region.page === name);
    const whole = ([x0, y0, x1, y1]) => x1 - x0 >= page.width && y1 - y0 >= page.height;
    return [
      ...own(question?.views).filter(({ box }) => !whole(box))
        .map(({ box }) => ({ kind: "shown", box, title: "an image of the question" })),
      ...own(question?.evidence).map(({ box, label }) => ({ kind: "evidence", box, label, title: `evidence ${label}` })),
      ...own(question?.refs).map(({ box, label }) => ({
        kind: "ref", box, title: label, label: label.length === 1 ? label : label.slice(0, 1) + "…",
      })),
    ];
  };

  /** A page with boxes, and its name below. */
  closeup.pageFigure = (name, page, regions) => {
    const picture = el("closeup-picture");
    picture.show(page, regions, undefined, `Page ${name} with ${regions.length} boxes`);
    return el("figure", {}, picture, el("figcaption", {}, words(name), page.href && page.note ? ` · ${page.note}` : ""));
  };

  /** What the kinds of boxes mean, of those that are there. */
  closeup.legend = (kinds) =>
    el("ul", { class: "legend" }, KEY.filter(([kind]) => kinds[kind]).map(([kind, told]) =>
      el("li", {}, el("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), told)));
}
