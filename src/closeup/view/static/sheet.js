"use strict";
// <closeup-sheet>: a page with its annotated items. Each is drawn by its layer, the smaller upon the
// larger, so that every one can be pointed at; a balloon has a line to who speaks. It tells by the
// events "point" (detail: an item's id, or null) and "choose" what is pointed at and clicked.

{
  const { svg } = closeup;
  const KINDS = { panels: "panel", characters: "character", balloons: "balloon", captions: "caption" };
  const COLOURS = 8;
  const MARK = 16; // characters of a name on the page

  /** The same colour for the same person, on whichever page. */
  const colour = (who) => [...(who ?? "")].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7) % COLOURS;
  const area = ({ box: [x0, y0, x1, y1] }) => (x1 - x0) * (y1 - y0);
  const middle = ([x0, y0, x1, y1]) => [(x0 + x1) / 2, (y0 + y1) / 2];
  const cut = (text) => ([...text].length > MARK ? `${[...text].slice(0, MARK - 1).join("")}…` : text);

  class Sheet extends closeup.Picture {
    /** page: {width, height, href, note}; items: ItemCards of view/layers.py. */
    draw(page, items) {
      this.items = new Map(items.map((item) => [item.id, item]));
      this.groups = new Map();
      const drawn = [...items].sort((a, b) => area(b) - area(a));
      const regions = drawn.map((item) => ({ kind: KINDS[item.layer], box: item.box, label: cut(item.mark), item }));
      this.show(page, regions, undefined, `The page with ${closeup.count(items.length, "annotated item")}`);
      this.drawing.style.maxWidth = `calc(94vh * ${page.width / page.height})`;
      const pointed = (event) => event.target.closest?.("[data-item]")?.dataset.item ?? null;
      this.drawing.addEventListener("pointerover", (event) => this.tell("point", pointed(event)));
      this.drawing.addEventListener("pointerleave", () => this.tell("point", null));
      this.drawing.addEventListener("click", (event) => {
        const id = pointed(event);
        if (id !== null) this.tell("choose", id);
      });
    }

    tell(name, id) {
      this.dispatchEvent(new CustomEvent(name, { detail: id }));
    }

    region(region, hatch) {
      const { item } = region;
      const group = super.region(region, hatch);
      group.classList.add(`of-${item.layer}`);
      if (item.layer === "characters") group.classList.add(`who${colour(item.who)}`);
      group.dataset.item = item.id;
      const [halo] = group.getElementsByClassName("halo");
      for (const part of this.parts(item)) halo.after(part);
      this.groups.set(item.id, group);
      return group;
    }

    /** What an item has beside its box. */
    parts(item) {
      const parts = [];
      if (item.polygon) parts.push(svg("polygon", { points: item.polygon.join(" "), class: "outline" }));
      if (item.face) {
        const [x, y, right, bottom] = item.face;
        parts.push(svg("rect", { x, y, width: right - x, height: bottom - y, class: "face" }));
      }
      if (item.keypoints.length) {
        parts.push(svg("path", { d: item.keypoints.map(([x, y]) => `M${x} ${y}h0`).join(""), class: "keypoints" }));
      }
      const speaker = item.speaker && this.items.get(item.speaker);
      if (speaker) {
        const [x, y] = middle(item.box);
        const [left, top] = middle(speaker.face ?? speaker.box);
        parts.push(svg("path", { d: `M${x} ${y}L${left} ${top}`, class: "speaks" }));
      }
      return parts;
    }

    /** Lets a box be drawn. A promise of its corners, in whole pixels of the page, or null where the
        reader thinks better of it. */
    drawn() {
      const { width, height } = this.frame;
      const inside = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
      const at = ({ clientX, clientY }) => {
        const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.drawing.getScreenCTM().inverse());
        return [inside(x, width), inside(y, height)];
      };
      const span = ([a, b], [c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
      return new Promise((resolve) => {
        const line = svg("rect", { class: "drawn" });
        const stop = new AbortController();
        const on = (target, name, act) => target.addEventListener(name, act, { signal: stop.signal });
        let first = null;
        const end = (box) => {
          stop.abort();
          line.remove();
          this.classList.remove("drawing");
          resolve(box);
        };
        this.classList.add("drawing");
        on(this.drawing, "mousedown", (event) => event.preventDefault()); // the form keeps the focus
        on(this.drawing, "pointerdown", (event) => {
          first = at(event);
          this.drawing.setPointerCapture(event.pointerId);
          this.drawing.append(line);
        });
        on(this.drawing, "pointermove", (event) => {
          if (!first) return;
          const [x, y, right, bottom] = span(first, at(event));
          const place = { x, y, width: right - x, height: bottom - y };
          for (const [name, value] of Object.entries(place)) line.setAttribute(name, value);
        });
        on(this.drawing, "pointerup", (event) => {
          if (!first) return;
          const box = span(first, at(event));
          end(box[0] < box[2] && box[1] < box[3] ? box : null);
        });
        on(this.drawing, "pointercancel", () => end(null));
        on(window, "keydown", (event) => {
          if (event.key === "Escape") end(null);
        });
      });
    }

    /** Show which item is meant; null: none. */
    mark(id) {
      for (const [name, group] of this.groups) group.classList.toggle("meant", name === id);
      this.classList.toggle("meaning", id !== null);
    }

    /** Show which items somebody has corrected. */
    corrected(ids) {
      for (const [name, group] of this.groups) group.classList.toggle("corrected", ids.has(name));
    }
  }

  customElements.define("closeup-sheet", Sheet);
}
