"use strict";
// <closeup-picture>: a page, or a part of it, with boxes drawn on it. Kinds of boxes differ in
// colour and in form, so that neither is needed to tell them apart:
//
//   evidence  dashed, hatched inside, a diamond; of an order, with its letter
//   zoom      a plain line, a numbered disc; failed: a crossed one
//   ref       a dotted line, a square with the letter that the question gives it
//   shown     a thin line around what the question shows of a page
//   panel     a thick line, a square with the number of its order
//   character a plain line, its name
//   balloon   a dotted line, a disc with the number of its order
//   caption   the same, dashed, for captions and sounds; a diamond

{
  const { el, svg } = closeup;
  const disc = (r) => `M-${r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 -${2 * r} 0`;
  // The form of a mark, and the corner of the box at which it stands; without a form it is a word.
  const FORMS = {
    evidence: { d: "M0-11L11 0L0 11L-11 0z", right: true },
    zoom: { d: disc(9) },
    failed: { d: disc(9) },
    ref: { d: "M-9-9h18v18h-18z", bottom: true },
    shown: null,
    panel: { d: "M-10-10h20v20h-20z" },
    character: {},
    balloon: { d: disc(9), right: true },
    caption: { d: "M0-11L11 0L0 11L-11 0z", right: true },
  };
  let made = 0;

  class Picture extends HTMLElement {
    /**
     * page: {width, height, href, note}; regions: [{kind, box, label, title}], drawn in their
     * order; box: the part of the page that is seen, all of it where there is none.
     */
    show(page, regions = [], box = [0, 0, page.width, page.height], label = "A page") {
      const [x0, y0, x1, y1] = box;
      const frame = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
      const hatch = `hatch-${made++}`;
      this.marks = [];
      this.drawing = svg(
        "svg",
        { viewBox: `${x0} ${y0} ${frame.width} ${frame.height}`, role: "img", "aria-label": label },
        svg("title", {}, label),
        this.ground(hatch, page, frame),
        regions.map((region) => this.region(region, hatch)),
      );
      this.drawing.style.aspectRatio = `${frame.width} / ${frame.height}`;
      this.frame = frame;
      this.replaceChildren(this.drawing);
      if (!page.href) this.missing(page.note || "no image");
      this.fit();
    }

    missing(why) {
      this.append(el("p", { class: "absent" }, why));
    }

    connectedCallback() {
      this.sight ??= new ResizeObserver(() => this.fit());
      this.sight.observe(this);
    }

    disconnectedCallback() {
      this.sight?.disconnect();
    }

    ground(hatch, page, frame) {
      const line = svg("path", { d: "M0 0V1", class: "hatch" });
      const image = { width: page.width, height: page.height, preserveAspectRatio: "none" };
      return [
        svg("defs", {}, (this.pattern = svg(
          "pattern",
          { id: hatch, width: 1, height: 1, patternUnits: "userSpaceOnUse" },
          line,
        ))),
        svg("rect", { ...frame, class: "ground" }),
        page.href ? svg("image", { ...image, href: page.href, error: () => this.missing("The image cannot be read.") }) : null,
      ];
    }

    region({ kind, box, label = "", title = "" }, hatch) {
      const [x, y, right, bottom] = box;
      const place = { x, y, width: right - x, height: bottom - y };
      const form = FORMS[kind];
      const mark = form && svg(
        "g",
        { class: "mark" },
        form.d ? svg("path", { d: form.d }) : null,
        svg("text", form.d ? { "text-anchor": "middle", y: 4.5 } : { class: "word", x: -6, y: 10 }, label),
      );
      if (mark) this.marks.push({ mark, kind, x, y, right, bottom });
      return svg(
        "g",
        { class: `box ${kind}` },
        title ? svg("title", {}, title) : null,
        svg("rect", { ...place, class: "halo" }),
        svg("rect", { ...place, class: "line", ...(kind === "evidence" && { fill: `url(#${hatch})` }) }),
        mark,
      );
    }

    /** Marks and hatching keep their size on the screen, however large the page is drawn. */
    fit() {
      const width = this.drawing?.getBoundingClientRect().width;
      if (!width) return;
      const unit = this.frame.width / width;
      this.pattern.setAttribute("patternTransform", `rotate(45) scale(${8 * unit})`);
      const taken = [];
      for (const { mark, kind, x, y, right, bottom } of this.marks) {
        const { x: left, y: top, width: wide, height: high } = this.frame;
        let across = FORMS[kind].right ? right : x;
        let down = FORMS[kind].bottom ? bottom : y;
        const inside = (value, low, high) => Math.min(Math.max(value, low), high);
        across = inside(across, left + 11 * unit, left + wide - 11 * unit);
        down = inside(down, top + 11 * unit, top + high - 11 * unit);
        while (taken.some(([a, b]) => Math.hypot(a - across, b - down) < 16 * unit)) {
          across = inside(across + 19 * unit, left, left + wide);
          if (across >= left + wide) break;
        }
        taken.push([across, down]);
        mark.setAttribute("transform", `translate(${across} ${down}) scale(${unit})`);
      }
    }
  }

  closeup.Picture = Picture;
  customElements.define("closeup-picture", Picture);
}
