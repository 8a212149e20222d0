"use strict";
// <closeup-list>: a long list of which only the lines in sight are in the document. Lines are links
// of one height, so that ten thousand scroll like ten.

{
  const { el } = closeup;
  const HEIGHT = 76; // pixels, as in style.css
  const AROUND = 8; // lines beyond the window on either side

  class List extends HTMLElement {
    /** line: what stands in a line, from one of the items; address: where it leads. */
    begin({ line, address }) {
      Object.assign(this, { line, address, items: [], current: -1 });
      this.lines = el("ol", {});
      this.lines.setAttribute("role", "list");
      this.replaceChildren(this.lines);
      this.addEventListener("scroll", () => this.draw(), { passive: true });
      new ResizeObserver(() => this.draw()).observe(this);
    }

    show(items) {
      this.items = items;
      this.scrollTop = 0;
      this.draw(true);
    }

    /** Mark an item as the one that is open, and bring it into sight. */
    mark(item) {
      this.current = item;
      const at = this.items.indexOf(item) * HEIGHT;
      if (at >= 0 && (at < this.scrollTop || at + HEIGHT > this.scrollTop + this.clientHeight)) {
        this.scrollTop = Math.max(0, at - this.clientHeight / 3);
      }
      this.draw(true);
    }

    draw(anew = false) {
      const first = Math.max(0, Math.floor(this.scrollTop / HEIGHT) - AROUND);
      const last = Math.min(this.items.length, Math.ceil((this.scrollTop + this.clientHeight) / HEIGHT) + AROUND);
      if (!anew && first === this.first && last === this.last) return;
      const held = this.lines.contains(document.activeElement) && document.activeElement.hash;
      Object.assign(this, { first, last });
      this.lines.style.height = `${this.items.length * HEIGHT}px`;
      this.lines.replaceChildren(...this.items.slice(first, last).map((item, i) => this.entry(item, first + i)));
      if (held) [...this.lines.querySelectorAll("a")].find((link) => link.hash === held)?.focus({ preventScroll: true });
    }

    entry(item, number) {
      const link = el(
        "a",
        { href: this.address(item), "aria-current": item === this.current ? "true" : null },
        this.line(item),
      );
      const entry = el("li", { "aria-posinset": number + 1, "aria-setsize": this.items.length }, link);
      entry.style.top = `${number * HEIGHT}px`;
      return entry;
    }
  }

  customElements.define("closeup-list", List);
}
