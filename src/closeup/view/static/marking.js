"use strict";
// <closeup-marking>: the mistakes that are marked on an item, and a form for one more. Who keeps them
// is told by `save` and `remove`, promises that are broken with a reason.

{
  const { el, words } = closeup;
  const KINDS = {
    wrong: "this is wrong",
    missing: "something is missing",
    "not there": "this is not on the page",
    doubtful: "somebody should look again",
  };

  class Marking extends HTMLElement {
    /** kinds: names of kinds; save({item, field, kind, should, note}), remove(id); draw(): a promise
        of a box, or null. */
    begin({ kinds, save, remove, draw }) {
      Object.assign(this, { kinds, save, remove, draw });
    }

    /** item: {id, fields}, of which id "" is the page; corrections: those of this item. What is
        being written about the same item stays. */
    show(item, corrections) {
      if (this.item !== item) {
        this.item = item;
        this.marks = el("div");
        this.said = el("p", { class: "said", role: "status" });
        this.replaceChildren(this.marks, this.form(item), this.said);
      }
      this.marks.replaceChildren(this.list(corrections));
    }

    list(corrections) {
      if (!corrections.length) return "";
      return el("ul", { class: "marks" }, corrections.map((one) =>
        el("li", {}, el("b", {}, one.field || "as a whole"), `: ${KINDS[one.kind] ?? one.kind}`,
          one.should ? [", should be ", el("q", {}, words(one.should))] : null,
          one.note ? [" – ", words(one.note)] : null, " ",
          el("button", { type: "button", "aria-label": `Take back: ${one.field || "as a whole"}`, click: () => this.run(() => this.remove(one.id)) }, "take back"))));
    }

    form(item) {
      const option = (value, told) => el("option", { value }, told);
      const field = (label, control, kind) => el("label", { class: kind }, el("span", {}, label), control);
      const names = item.fields.map(({ name }) => option(name, name.replaceAll("_", " ")));
      const form = el("form", { submit: (event) => this.submit(event) },
        field("Mistake", el("select", { name: "kind" }, this.kinds.map((kind) => option(kind, KINDS[kind] ?? kind)))),
        field("Field", el("select", { name: "field" }, option("", "as a whole"), names)),
        field("Should be", el("input", { name: "should", type: "text", maxlength: "4000", autocomplete: "off" }), "wide"),
        field("Note", el("input", { name: "note", type: "text", maxlength: "4000", autocomplete: "off" }), "wide"),
        el("button", { type: "button", click: () => this.drawBox(form) }, "Draw a box"),
        el("button", {}, "Mark"));
      return el("details", {}, el("summary", {}, "Mark a mistake"), form);
    }

    submit(event) {
      event.preventDefault();
      const form = event.target;
      return this.run(async () => {
        await this.save({ item: this.item.id, ...Object.fromEntries(new FormData(form)) });
        form.reset();
      });
    }

    /** What should be is a box, which is drawn on the page. */
    async drawBox(form) {
      this.said.textContent = "Draw the box on the page; Escape leaves it.";
      const box = await this.draw();
      this.said.textContent = "";
      if (box) form.elements.should.value = box.join(", ");
      form.elements.should.focus({ preventScroll: true });
    }

    async run(work) {
      try {
        await work();
        this.said.textContent = "Done.";
      } catch (error) {
        this.said.textContent = `Not done: ${error.message}`;
      }
    }

    /** Open the form, and put the cursor into it. */
    seek() {
      this.querySelector("details").open = true;
      this.querySelector("select").focus();
    }
  }

  customElements.define("closeup-marking", Marking);
}
