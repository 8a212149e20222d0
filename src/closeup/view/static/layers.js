"use strict";
// <closeup-layers>: a page, its layers to be shown or hidden, its items in reading order, and all
// fields of the one that is pointed at or chosen. The address names what is chosen, as #panels/p1.

{
  const { el, words } = closeup;
  const LAYERS = {
    panels: "Panels",
    characters: "Characters",
    balloons: "Balloons",
    captions: "Captions and sounds",
  };
  const HIDDEN = "closeup.hidden"; // which layers the reader hides, from page to page

  const ask = async (path, body) => {
    const answer = await fetch(path, body && { method: "POST", body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error ?? answer.statusText);
    return told.corrections;
  };

  class Layers extends HTMLElement {
    /** told: {shelf, id, page, fields, items, kinds, corrections}, as view/pages.py has them. */
    begin(told) {
      this.told = told;
      this.whole = { id: "", title: "The page", fields: told.fields };
      this.items = [this.whole, ...told.items];
      this.sheet = el("closeup-sheet");
      this.sheet.draw({ ...told.page, href: told.page.image }, told.items);
      this.sheet.addEventListener("point", ({ detail }) => this.point(detail));
      this.sheet.addEventListener("choose", ({ detail }) => this.choose(detail));
      this.heading = el("h2", { tabindex: "-1" });
      this.fields = el("dl", { class: "fields" });
      this.marking = el("closeup-marking");
      const path = "/api/corrections";
      const page = new URLSearchParams({ page: told.id });
      this.marking.begin({
        kinds: told.kinds,
        save: async (mark) => this.correct(await ask(path, { shelf: told.shelf, page: told.id, ...mark })),
        draw: () => {
          this.sheet.scrollIntoView({ block: "nearest" });
          return this.sheet.drawn();
        },
        remove: async (id) => this.correct(await ask(`${path}/remove?${page}`, { id })),
      });
      window.addEventListener("focus", () => ask(`${path}?${page}`).then((now) => this.correct(now)).catch(() => {}));
      this.list = this.itemList();
      const follow = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
      const help = closeup.keys({
        j: ["next item", () => this.step(1)],
        k: ["previous item", () => this.step(-1)],
        m: ["mark a mistake", () => this.marking.seek()],
        n: ["next page", () => follow("next")],
        p: ["previous page", () => follow("prev")],
      });
      this.replaceChildren(
        el("div", { class: "bar" }, this.toggles(),
          el("button", { type: "button", "aria-label": "Keys", click: () => help.showModal() }, "?")),
        el("div", { class: "sheet" }, this.sheet,
          el("div", { class: "beside" },
            el("section", { class: "chosen", tabindex: "0", "aria-label": "What is chosen" }, this.heading, this.fields, this.marking),
            (this.track = el("nav", { "aria-label": "Items in reading order" }, this.list)))),
        help,
      );
      window.addEventListener("hashchange", () => this.follow());
      this.correct(told.corrections);
      this.follow();
    }

    toggles() {
      const counts = Object.keys(LAYERS).map((layer) => [layer, this.told.items.filter((item) => item.layer === layer).length]);
      const hidden = this.hidden();
      return el("fieldset", { class: "layers" }, el("legend", {}, "Layers"), counts.map(([layer, number]) => {
        const box = el("input", { type: "checkbox", name: layer, checked: !hidden.has(layer), disabled: !number });
        const apply = () => this.sheet.classList.toggle(`without-${layer}`, !box.checked);
        box.addEventListener("change", () => { apply(); this.remember(); });
        apply();
        return el("label", { class: "tick" }, box, el("span", { class: `swatch of-${layer}`, "aria-hidden": "true" }),
          el("span", {}, `${LAYERS[layer]} (${number})`));
      }));
    }

    hidden() {
      try {
        return new Set(JSON.parse(localStorage.getItem(HIDDEN) ?? "[]"));
      } catch {
        return new Set();
      }
    }

    remember() {
      const boxes = [...this.querySelectorAll(".layers input")];
      const hidden = boxes.filter((box) => !box.checked && !box.disabled).map((box) => box.name);
      localStorage.setItem(HIDDEN, JSON.stringify(hidden));
    }

    /** One stop for the tab key; arrows go from item to item. */
    itemList() {
      this.buttons = new Map(this.items.map((item) => [item.id, el(
        "button",
        { type: "button", class: `entry ${item.layer ?? "page"}`, tabindex: "-1", click: () => this.choose(item.id), focus: () => this.choose(item.id) },
        el("b", {}, words(item.title)), item.summary ? el("span", {}, words(item.summary)) : null,
      )]));
      const list = el("ol", { class: "entries" }, [...this.buttons.values()].map((button) => el("li", {}, button)));
      list.addEventListener("keydown", (event) => {
        const steps = { ArrowDown: 1, ArrowUp: -1, Home: -this.items.length, End: this.items.length };
        if (!Object.hasOwn(steps, event.key)) return;
        event.preventDefault();
        this.step(steps[event.key]);
      });
      return list;
    }

    step(by) {
      const at = this.items.findIndex((item) => item.id === this.chosen);
      const next = this.items[Math.min(Math.max(at + by, 0), this.items.length - 1)];
      this.buttons.get(next.id).focus();
    }

    /** Show an item for as long as it is pointed at. */
    point(id) {
      if (!this.marking.contains(document.activeElement)) this.see(id ?? this.chosen);
    }

    choose(id) {
      if (this.chosen !== undefined) this.buttons.get(this.chosen).tabIndex = -1;
      this.chosen = id;
      for (const [name, button] of this.buttons) {
        if (name === id) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
      const button = this.buttons.get(id);
      button.tabIndex = 0;
      this.reveal(button);
      history.replaceState(null, "", id ? `#${encodeURIComponent(id)}` : location.pathname + location.search);
      this.see(id);
      this.marking.show(this.seen, this.of(this.seen));
    }

    /** Where the list scrolls by itself, bring a line of it into sight; the page stays where it is. */
    reveal(line) {
      const [seen, own] = [this.track.getBoundingClientRect(), line.getBoundingClientRect()];
      if (own.top < seen.top) this.track.scrollTop -= seen.top - own.top;
      else if (own.bottom > seen.bottom) this.track.scrollTop += own.bottom - seen.bottom;
    }

    see(id) {
      const item = this.items.find((one) => one.id === id);
      this.sheet.mark(id || null);
      this.marking.hidden = id !== this.chosen;
      if (this.seen === item) return;
      this.seen = item;
      this.heading.replaceChildren(words(item.title));
      this.fields.replaceChildren(...item.fields.map(({ name, value, inferred }) =>
        el("div", {}, el("dt", {}, words(name.replaceAll("_", " "))),
          el("dd", { class: value ? null : "unknown" }, value ? words(value) : "unknown",
            inferred ? el("span", { class: "tag" }, "found by a program") : null))));
    }

    of(item) {
      return this.corrections.filter((one) => one.item === item.id);
    }

    /** Take over the corrections of this page as they now are. */
    correct(corrections) {
      this.corrections = corrections;
      const ids = new Set(corrections.map((one) => one.item));
      this.sheet.corrected(ids);
      for (const [id, button] of this.buttons) button.classList.toggle("corrected", ids.has(id));
      const item = this.items.find((one) => one.id === this.chosen);
      if (item) this.marking.show(item, this.of(item));
    }

    /** Choose what the address names, else the page. */
    follow() {
      let id = "";
      try {
        id = decodeURIComponent(location.hash.slice(1));
      } catch { /* an address that nobody wrote */ }
      this.choose(this.buttons.has(id) ? id : "");
    }
  }

  customElements.define("closeup-layers", Layers);
  const found = document.querySelector("closeup-layers");
  if (found) found.begin(JSON.parse(document.getElementById("told").textContent));
}
