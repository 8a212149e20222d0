"use strict";
// <closeup-question>: what a question shows, names and offers, where its answer is to be seen, and
// how it is put to a model.

{
  const { el, words, percent } = closeup;
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  class Question extends HTMLElement {
    /** told: {shelf, card, pages, asked, difficulty, issue}, as view/questions.py has them. */
    show({ shelf, card, pages, asked, difficulty, issue }) {
      const figures = Object.entries(pages).map(([name, page]) =>
        closeup.pageFigure(name, { ...page, href: page.image }, closeup.regions(card, name, page)));
      this.replaceChildren(
        el("header", {},
          el("h2", {}, words(card.id)),
          el("p", {}, el("span", { class: "verdict" }, card.split), card.tags.map((tag) => el("span", { class: "tag" }, words(tag))))),
        el("div", { class: "pictures" }, figures,
          closeup.legend({ evidence: card.evidence.length, ref: card.refs.length })),
        el("div", { class: "told" }, this.answer(card), this.asked(asked),
          this.facts(card, difficulty, issue), this.links(shelf, pages)),
      );
    }

    answer(card) {
      const gold = card.gold.split(", ");
      const options = card.options.map((option, i) =>
        el("li", { class: gold.includes(LETTERS[i]) && gold.length === 1 ? "gold" : null }, el("b", {}, LETTERS[i]), " ", words(option)));
      return el("section", { class: "answer", "aria-label": "Answer" },
        el("dl", {},
          card.facts.length ? null : el("div", {}, el("dt", {}, "Right answer"), el("dd", {}, words(card.gold))),
          card.chance === null ? null : el("div", {}, el("dt", {}, "Chance"), el("dd", {}, percent(card.chance)))),
        options.length ? el("ul", { class: "options" }, options) : null,
        card.facts.length ? [el("h3", {}, "Facts to be told"), el("ul", {}, card.facts.map((fact) => el("li", {}, words(fact))))] : null);
    }

    asked(text) {
      if (!text) return null;
      return el("ol", { class: "conversation" }, el("li", { class: "asked" },
        el("h3", { class: "by" }, "As a model is asked that writes boxes in thousandths"),
        el("div", { class: "said", dir: "auto", tabindex: "0", role: "region", "aria-label": "The question in words" }, text)));
    }

    facts(card, difficulty, issue) {
      const height = (value) => (value === null ? "" : `${value.toFixed(1)} pixels`);
      const pairs = [
        ["issue", issue],
        ["images", String(card.views.length)],
        ["evidence covers", percent(difficulty.evidence_area)],
        ["smallest lettering", height(difficulty.text_height)],
        ["at 1 megapixel", height(difficulty.text_height_10mp)],
        ["at 0.3 megapixels", height(difficulty.text_height_03mp)],
      ].filter(([, value]) => value);
      return el("dl", { class: "facts" }, pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, words(value)))));
    }

    links(shelf, pages) {
      return el("p", { class: "others" }, Object.keys(pages).map((id) =>
        el("a", { href: `/page?${new URLSearchParams({ in: shelf, id })}` }, "annotations of ", words(id))));
    }
  }

  customElements.define("closeup-question", Question);
  const found = document.querySelector("closeup-question");
  if (found) found.show(JSON.parse(document.getElementById("told").textContent));
}
