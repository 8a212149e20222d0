"use strict";
// <closeup-episode>: one episode, its pages with evidence and zooms at the left, at the right the
// answer against the gold, the score and what was said.

{
  const { el, words, percent, count } = closeup;
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  closeup.verdict = (row) => {
    if (!row.asked) return ["none", "no episode"];
    if (row.value === null) return ["none", "unscored"];
    if (row.value === 1) return ["right", "right"];
    if (!row.parsed) return ["wrong", "unparsed"];
    return row.value === 0 ? ["wrong", "wrong"] : ["partly", percent(row.value)];
  };

  closeup.verdictMark = (row) => {
    const [kind, said] = closeup.verdict(row);
    return el("span", { class: `verdict ${kind}` }, said);
  };

  class Episode extends HTMLElement {
    /** Shows an episode of a source, by its place among the rows. A later call wins. */
    async show(source, index) {
      this.wanted = index;
      const [episode, question] = await Promise.all([source.card(index), source.question(index)]);
      const names = new Set([...(question?.views ?? []), ...episode.views].map((view) => view.page));
      const pages = new Map();
      for (const name of names) {
        const page = await source.page(index, name);
        if (page) pages.set(name, page);
      }
      if (this.wanted !== index) return;
      const row = source.rows[index];
      const key = source.runs[row.run].key;
      this.replaceChildren(
        el(
          "header",
          {},
          el("p", { class: "where" }, el("b", {}, key), " ", words(source.runs[row.run].model)),
          el("h3", { tabindex: "-1" }, words(row.question), row.epoch ? ` · epoch ${row.epoch}` : "", " ",
            el("a", { class: "link", href: closeup.address(source, index), "aria-label": "Link to this episode" }, "#")),
          el("p", {}, closeup.verdictMark(row), row.hard ? el("span", { class: "tag" }, "hard core") : null,
            (question?.tags ?? []).map((tag) => el("span", { class: "tag" }, words(tag)))),
        ),
        el("div", { class: "pictures" }, [...pages].map(([name, page]) => this.page(name, page, episode, question)),
          pages.size ? this.legend(episode, question) : el("p", { class: "absent" }, "No page: the bench is not at hand.")),
        el("div", { class: "told" }, this.answer(row, episode, question), closeup.judged(episode, question), this.others(source, index),
          closeup.conversation(episode, pages), this.facts(episode, row)),
      );
    }

    page(name, page, episode, question) {
      const looked = episode.calls
        .map((call, i) => [call, i + 1])
        .filter(([call]) => (episode.views[call.view]?.page ?? call.region?.page) === name)
        .map(([call, number]) => ({
          kind: call.error ? "failed" : "zoom",
          box: episode.views[call.view]?.box ?? call.region.box,
          label: call.error ? "×" : String(number),
          title: `${call.tool}, call ${number}`,
        }));
      return closeup.pageFigure(name, page, [...closeup.regions(question, name, page), ...looked]);
    }

    legend(episode, question) {
      return closeup.legend({
        evidence: question?.evidence.length,
        zoom: episode.calls.some((call) => !call.error && (call.view !== null || call.region)),
        failed: episode.calls.some((call) => call.error && call.region),
        ref: question?.refs.length,
      });
    }

    answer(row, episode, question) {
      const options = (question?.options ?? []).map((option, i) => {
        const letter = LETTERS[i];
        const marks = [row.gold === letter ? "gold" : "", row.answer === letter ? "given" : ""].filter(Boolean);
        return el("li", { class: marks.join(" ") }, el("b", {}, letter), " ", words(option),
          marks.map((mark) => el("em", {}, mark === "gold" ? "right answer" : "its answer")));
      });
      const facts = question?.facts ?? [];
      const given = episode.failure
        ? el("span", { class: "missing" }, "no episode: ", words(episode.failure))
        : row.parsed ? words(row.answer) : el("span", { class: "missing" }, "none that could be read");
      return el(
        "section",
        { class: facts.length ? "answer open" : "answer", "aria-label": "Answer" },
        el("dl", {},
          el("div", {}, el("dt", {}, "Its answer"), el("dd", {}, given)),
          facts.length ? null : el("div", {}, el("dt", {}, "Right answer"), el("dd", {}, words(row.gold || "–"))),
          el("div", {}, el("dt", {}, "Score"), el("dd", {}, percent(row.value))),
          question?.chance ? el("div", {}, el("dt", {}, "Chance"), el("dd", {}, percent(question.chance))) : null),
        episode.reason ? el("p", { class: "reason" }, words(episode.reason)) : null,
        options.length ? el("ul", { class: "options" }, options) : null,
        facts.length && !episode.judged.length ? el("details", {}, el("summary", {}, count(facts.length, "fact"), " to be told"),
          el("ul", {}, facts.map((fact) => el("li", {}, words(fact))))) : null,
      );
    }

    /** The same question in other runs and epochs. */
    others(source, index) {
      const found = source.same(index).filter((other) => other !== index);
      if (!found.length) return null;
      return el("p", { class: "others" }, "The same question: ", found.slice(0, 12).map((other) => {
        const row = source.rows[other];
        return el("a", { href: closeup.address(source, other) }, el("b", {}, source.runs[row.run].key),
          row.epoch ? ` epoch ${row.epoch}` : "", " ", closeup.verdictMark(row));
      }), found.length > 12 ? ` and ${found.length - 12} more` : "");
    }

    facts(episode, row) {
      const number = (value) => (Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(3));
      const pairs = [
        ["ended", episode.stop],
        ["calls", row.calls ? `${row.calls}, ${row.failed} in vain` : ""],
        ["tokens", episode.input_tokens + episode.output_tokens
          ? `${number(episode.input_tokens)} in, ${number(episode.output_tokens)} out` : ""],
        ["seconds", episode.seconds ? episode.seconds.toFixed(2) : ""],
        ["served by", episode.served_by],
        ...Object.entries(episode.details).map(([name, value]) => [name.replaceAll("_", " "), number(value)]),
        ...Object.entries(episode.paid).map(([name, value]) =>
          [`paid: ${name}`, value === null ? "does not apply" : number(value)]),
      ].filter(([, value]) => value);
      return el("dl", { class: "facts" }, pairs.map(([name, value]) =>
        el("div", {}, el("dt", {}, words(name)), el("dd", {}, words(value)))));
    }
  }

  customElements.define("closeup-episode", Episode);
}
