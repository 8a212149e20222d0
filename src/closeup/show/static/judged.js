"use strict";
// What judges said of a description: a fact a line, a judge a column.

{
  const { el, words, percent } = closeup;
  const KINDS = { told: "right", contradicted: "wrong", absent: "none" };

  /** A verdict; both, where it turned with the order in which the judge was shown the facts. */
  const verdict = (said) =>
    said.length
      ? el("span", { class: `verdict ${said.length > 1 ? "partly" : (KINDS[said[0]] ?? "none")}` }, said.join(", then "))
      : "–";

  const shares = (judges, name, label) =>
    el("tr", {}, el("th", { scope: "row" }, label), judges.map((judge) => el("td", {}, percent(judge[name]))));

  /** A table of an episode's judges, or null where there are none. */
  closeup.judged = (episode, question) => {
    const judges = episode.judged;
    if (!judges.length) return null;
    const facts = question?.facts ?? [];
    const most = Math.max(facts.length, ...judges.map((judge) => judge.facts.length));
    const rows = Array.from({ length: most }, (_, i) =>
      el("tr", {}, el("th", { scope: "row" }, facts[i] === undefined ? `fact ${i + 1}` : words(facts[i])),
        judges.map((judge) => el("td", {}, verdict(judge.facts[i] ?? [])))));
    return el(
      "section",
      { class: "judged", "aria-label": "Judges" },
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What judges said" },
        el("table", {},
          el("caption", {}, "Which facts are told, before judges"),
          el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "fact"),
            judges.map(({ judge }) => el("th", { scope: "col" }, words(judge))))),
          el("tbody", {}, rows),
          el("tfoot", {}, shares(judges, "told", "told"), shares(judges, "contradicted", "contradicted")))),
      judges.filter(({ problem }) => problem).map(({ judge, problem }) =>
        el("p", { class: "note" }, words(judge), " could not be read: ", words(problem))),
    );
  };
}
