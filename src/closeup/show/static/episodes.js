"use strict";
// <closeup-episodes>: filters, list and the episode that is open, which the address names as
// #run/question/epoch. Where the cards come from is a source, of a report or of a server:
//
//   runs, rows, audited        as in show/cards.py; every row whole, defaults put in
//   card(i), question(i)       promises of the EpisodeCard and the QuestionCard of row i, or null
//   page(i, id)                a promise of a PageCard with `href`, or null
//   same(i)                    the rows of the same question, of other runs and epochs too
//   search(words)              a promise of the set of rows that hold all these words

{
  const { el, words, count } = closeup;

  /** Where an episode is found: the letters of its run, its question, its epoch. */
  closeup.address = (source, index) => {
    const row = source.rows[index];
    const parts = [source.runs[row.run].key, ...row.question.split("/"), row.epoch];
    return `#${parts.map((part) => encodeURIComponent(part)).join("/")}`;
  };

  class Episodes extends HTMLElement {
    begin(source) {
      this.source = source;
      this.places = new Map(source.rows.map((_, i) => [closeup.address(source, i), i]));
      this.list = el("closeup-list", { tabindex: "0", role: "region", "aria-label": "Episodes" });
      this.list.begin({
        line: (index) => this.line(index),
        address: (index) => closeup.address(source, index),
      });
      this.filters = el("closeup-filters");
      this.filters.begin(source);
      this.filters.addEventListener("change", () => this.filter());
      this.said = el("p", { class: "said-count", role: "status" });
      this.open = el("closeup-episode", { role: "article", "aria-label": "The episode that is open" });
      const help = closeup.keys({
        j: ["next episode", () => this.step(1)],
        k: ["previous episode", () => this.step(-1)],
        "/": ["search", () => this.filters.seek()],
      });
      const button = (told, label, click) => el("button", { type: "button", "aria-label": label, click }, told);
      this.replaceChildren(
        this.filters,
        el("div", { class: "bar" }, this.said,
          button(["‹", el("span", {}, " previous")], "Previous episode", () => this.step(-1)),
          button([el("span", {}, "next "), "›"], "Next episode", () => this.step(1)),
          button("?", "Keys", () => help.showModal())),
        el("div", { class: "browse" }, this.list, this.open),
        help,
      );
      window.addEventListener("hashchange", () => this.follow(true));
      return this.filter().then(() => this.follow(false));
    }

    /** A line of the list: the run and its task, the page and item, and how it went. */
    line(index) {
      const row = this.source.rows[index];
      const item = row.question.startsWith(`${row.task}/`) ? row.question.slice(row.task.length + 1) : row.question;
      return [
        el("span", { class: "what" }, el("b", {}, this.source.runs[row.run].key), " ", words(row.task.replaceAll("_", " "))),
        el("span", { class: "item" }, words(item), row.epoch ? ` · epoch ${row.epoch}` : ""),
        el("span", { class: "how" }, closeup.verdictMark(row), " ", words(row.parsed ? row.answer : ""),
          row.gold && row.value !== 1 ? [" for ", words(row.gold)] : null,
          row.calls ? ` · ${count(row.calls, "call")}` : ""),
      ];
    }

    async filter() {
      const asked = (this.asked = (this.asked ?? 0) + 1);
      const items = await this.filters.chosen();
      if (asked !== this.asked) return;
      this.list.show(items);
      if (this.index !== undefined) this.list.mark(this.index);
      this.said.textContent = `${items.length.toLocaleString("en")} of ${count(this.source.rows.length, "episode")}`;
    }

    /** Open what the address names; at the beginning, where it names none, the first in the list. */
    async follow(moved) {
      const index = this.places.get(this.named());
      if (index !== undefined) {
        await this.see(index);
        this.reveal();
      } else if (!moved && this.list.items.length) {
        await this.see(this.list.items[0]);
      }
    }

    /** The address, written as `closeup.address` writes it: a browser may write it otherwise. */
    named() {
      try {
        const parts = location.hash.slice(1).split("/").map(decodeURIComponent);
        return `#${parts.map((part) => encodeURIComponent(part)).join("/")}`;
      } catch {
        return "";
      }
    }

    async see(index) {
      this.index = index;
      this.list.mark(index);
      try {
        await this.open.show(this.source, index);
      } catch (error) {
        this.said.textContent = `This episode cannot be read: ${error.message}`;
        return;
      }
      this.dispatchEvent(new CustomEvent("seen", { detail: index }));
    }

    /** What an address was followed to comes into sight: on a phone it lies below the list. */
    reveal() {
      const { top } = this.open.getBoundingClientRect();
      if (top < 0 || top > window.innerHeight * 0.7) this.open.scrollIntoView();
    }

    step(by) {
      const { items } = this.list;
      if (!items.length) return;
      const at = items.indexOf(this.index);
      const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1);
      location.hash = closeup.address(this.source, items[next]);
    }
  }

  customElements.define("closeup-episodes", Episodes);
}
