"use strict";
// The page of a comic that is open: its picture with panels, text and looks, and the same as a list
// that can be read aloud.

{
  const { el, words, count } = closeup;

  closeup.Leaf = class {
    /** parts: the elements {desk, picture, found, about, heading}; `chosen(i)` is told of a panel. */
    constructor(parts) {
      Object.assign(this, parts);
      this.layers = { panels: true, texts: false, looks: true };
    }

    /** told: a page as the server tells it, with the page format's `page`; card: its PageCard. */
    open(told, card, total) {
      const same = this.card?.key === card.key;
      const about = same ? this.about.value : "";
      [this.told, this.card] = [told, card];
      this.desk.style.setProperty("--ratio", card.width / card.height);
      const { panels, balloons } = told.page;
      this.heading.textContent = total > 1 ? `Page ${told.number} of ${total}` : "The page";
      this.about.replaceChildren(
        el("option", { value: "" }, "the whole page"),
        ...panels.map((_, i) => el("option", { value: String(i) }, `panel ${i + 1}`)),
      );
      this.about.value = Number(about) < panels.length ? about : "";
      const own = (id) => (balloons ?? []).filter((balloon) => balloon.panel === id);
      const rest = own(null);
      this.found.classList.toggle("bare", !balloons?.length);
      this.found.replaceChildren(
        ...panels.map((panel, i) => this.line(i, own(panel.id))),
        ...(rest.length ? [el("li", { class: "outside" }, "Outside the panels: ", this.texts(rest))] : []),
      );
      this.draw();
    }

    line(i, balloons) {
      const lit = (on) => () => this.light(i, on);
      return el("li", { mouseenter: lit(true), mouseleave: lit(false) },
        el("button", {
          type: "button", "aria-label": `Ask about panel ${i + 1}`, click: () => this.choose(i), focus: lit(true), blur: lit(false),
        }, `Panel ${i + 1}`), " ", this.texts(balloons));
    }

    texts(balloons) {
      return balloons.map((balloon) => el("q", { dir: "auto" }, words(balloon.text ?? "")));
    }

    choose(i) {
      this.about.value = String(i);
      this.chosen();
    }

    /** The box that a question is about, or null for all of the page. */
    box() {
      return this.about.value === "" ? null : this.told.page.panels[Number(this.about.value)].box;
    }

    light(i, on) {
      if (!this.layers.panels) return;
      this.picture.querySelectorAll(".box.panel")[i]?.classList.toggle("lit", on);
    }

    /** Draw the page again, with what the talk has looked at. */
    draw(talk = this.talk) {
      this.talk = talk;
      if (!this.told) return;
      const { panels, balloons } = this.told.page;
      const own = talk?.page.key === this.card.key ? talk.looks() : [];
      const shown = (layer, regions) => (this.layers[layer] ? regions : []);
      const regions = [
        ...shown("panels", panels.map(({ box }, i) => ({ kind: "panel", box, label: String(i + 1), title: `panel ${i + 1}` }))),
        ...shown("texts", (balloons ?? []).map(({ box, text }, i) => ({ kind: "balloon", box, label: String(i + 1), title: text ?? "" }))),
        ...shown("looks", own),
      ];
      const looked = own.length ? ` and ${count(own.length, "place")} looked at` : "";
      this.picture.show(this.card, regions, undefined, `Page ${this.told.number} with ${count(panels.length, "panel")}${looked}`);
      if (own.length > this.drawn && this.layers.looks) [...this.picture.querySelectorAll(".box")].at(-1).classList.add("new");
      this.drawn = own.length;
    }
  };
}
