"use strict";
// What was said in an episode, turn by turn: the question as a caption, the model's turns as
// balloons, its reasoning as thoughts, what tools answered as captions with their crops.

{
  const { el, words } = closeup;
  const LONG = 1200; // characters of reasoning that is folded at first

  const text = (said, kind) => el("div", { class: kind, dir: "auto" }, said);

  const thought = (said) =>
    el(
      "details",
      { class: "thought", open: said.length <= LONG },
      el("summary", {}, "Reasoning"),
      text(said.replace(/<\/?think(ing)?>/gi, "").trim(), "said"),
    );

  const place = (box) => box.map((value) => Math.round(value)).join(", ");

  const called = (call, number) =>
    el(
      "p",
      { class: call.error ? "call error" : "call" },
      el("span", { class: "disc", "aria-hidden": "true" }, call.error ? "×" : String(number)),
      el("b", {}, words(call.tool || "a call")),
      call.region ? ` [${place(call.region.box)}] of the page` : ` ${call.arguments}`,
    );

  const crop = (episode, call, pages) => {
    const view = episode.views[call.view];
    const page = view && pages.get(view.page);
    if (!page) return null;
    const picture = el("closeup-picture", { class: view.contrast ? "crop contrast" : "crop" });
    const [width, height] = view.size;
    picture.show(page, [], view.box, `Image ${call.view + 1}: what the call showed`);
    const told = `image ${call.view + 1}, seen at ${width}×${height}`;
    return el("figure", {}, picture, el("figcaption", {}, told, view.contrast ? ", more contrast" : ""));
  };

  /** The turns of an episode as an ordered list; pages: the PageCards by id. */
  closeup.conversation = (episode, pages) => {
    const list = el("ol", { class: "conversation" });
    if (episode.asked) list.append(el("li", { class: "asked" }, el("h4", {}, "Question"), text(episode.asked, "said")));
    let turn = -1;
    for (const said of episode.turns) {
      if (said.by === "assistant") {
        turn += 1;
        const number = episode.calls.findIndex((call) => call.turn === turn);
        list.append(
          el(
            "li",
            { class: "model" },
            el("h4", {}, "Model"),
            said.thought ? thought(said.thought) : null,
            said.text.trim() ? text(said.text.trim(), "said balloon") : null,
            number >= 0 ? called(episode.calls[number], number + 1) : null,
          ),
        );
      } else {
        const call = episode.calls.find((one) => one.turn === turn);
        list.append(
          el(
            "li",
            { class: "tool" },
            el("h4", {}, "Tool"),
            call ? crop(episode, call, pages) : null,
            text(said.text.trim(), "said"),
          ),
        );
      }
    }
    return list;
  };
}
