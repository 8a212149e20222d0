"use strict";
// <closeup-filters>: which episodes are listed, and in which order. It tells of every change by the
// event "change" and knows nothing of what is done with it.

{
  const { el } = closeup;
  const SCORES = {
    right: (row) => row.value === 1,
    partly: (row) => row.value > 0 && row.value < 1,
    wrong: (row) => row.value !== null && row.value === 0,
    unscored: (row) => row.value === null,
  };
  const LOOKS = {
    used: (row) => row.calls > 0,
    unused: (row) => row.calls === 0,
    failed: (row) => row.failed > 0,
  };
  const ORDERS = {
    question: () => 0,
    "lowest score": (a, b) => (a.value ?? 2) - (b.value ?? 2),
    "highest score": (a, b) => (b.value ?? -1) - (a.value ?? -1),
    "most calls": (a, b) => b.calls - a.calls,
    "most tokens": (a, b) => b.tokens - a.tokens,
    slowest: (a, b) => b.seconds - a.seconds,
  };

  class Filters extends HTMLElement {
    begin(source) {
      this.source = source;
      const tasks = [...new Set(source.rows.map((row) => row.task))].sort();
      const runs = source.runs.map((run, i) => [String(i), `${run.key}: ${run.model}`]);
      const same = (names) => names.map((name) => [name, name]);
      this.form = el(
        "form",
        { role: "search", "aria-label": "Filter the episodes", submit: (event) => event.preventDefault() },
        this.search(),
        runs.length > 1 ? this.choice("run", "Run", [["", "all"], ...runs]) : null,
        tasks.length > 1 ? this.choice("task", "Task", [["", "all"], ...same(tasks)]) : null,
        this.choice("score", "Score", [["", "any"], ...same(Object.keys(SCORES))]),
        this.choice("look", "Tools", [["", "any"], ["used", "called"], ["unused", "not called"], ["failed", "called in vain"]]),
        runs.length > 1 ? this.choice("against", "Differs from", [["", "–"], ...runs]) : null,
        this.choice("order", "Order", same(Object.keys(ORDERS))),
        this.tick("unparsed", "unparsed only"),
        source.audited ? this.tick("hard", "hard core only") : null,
        el("button", { type: "button", click: () => this.clear() }, "Clear"),
      );
      this.form.addEventListener("input", () => this.soon());
      this.replaceChildren(this.form);
    }

    search() {
      const field = el("input", { type: "search", name: "text", placeholder: "in all that was said", autocomplete: "off", spellcheck: "false" });
      return el("label", { class: "wide" }, el("span", {}, "Search"), field);
    }

    choice(name, label, pairs) {
      const options = pairs.map(([value, told]) => el("option", { value }, told));
      return el("label", {}, el("span", {}, label), el("select", { name }, options));
    }

    tick(name, label) {
      return el("label", { class: "tick" }, el("input", { type: "checkbox", name }), el("span", {}, label));
    }

    /** Put the cursor where words are searched. */
    seek() {
      this.form.elements.text.focus();
      this.form.elements.text.select();
    }

    clear() {
      this.form.reset();
      this.tell();
    }

    /** Wait for the end of a word: ten thousand episodes are searched whole. */
    soon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), 120);
    }

    tell() {
      clearTimeout(this.timer);
      this.dispatchEvent(new Event("change"));
    }

    value(name) {
      const field = this.form.elements[name];
      return field ? (field.type === "checkbox" ? field.checked : field.value) : "";
    }

    /** The places of the rows that pass, in the order that is chosen. */
    async chosen() {
      const { rows } = this.source;
      const tests = [];
      const [run, task, score, look, against] = ["run", "task", "score", "look", "against"].map((name) => this.value(name));
      if (run) tests.push((row) => row.run === Number(run));
      if (task) tests.push((row) => row.task === task);
      if (score) tests.push(SCORES[score]);
      if (look) tests.push(LOOKS[look]);
      if (this.value("unparsed")) tests.push((row) => row.asked && !row.parsed);
      if (this.value("hard")) tests.push((row) => row.hard);
      if (against) tests.push((row, index) => this.differs(index, Number(against)));
      const words = this.value("text").trim();
      if (words) {
        const found = await this.source.search(words);
        tests.push((row, index) => found.has(index));
      }
      const passed = rows.flatMap((row, index) => (tests.every((test) => test(row, index)) ? [index] : []));
      const order = ORDERS[this.value("order")];
      return passed.sort((a, b) => order(rows[a], rows[b]) || a - b);
    }

    /** Whether another run has another score for the same question: in the same epoch, or its first. */
    differs(index, run) {
      const { rows } = this.source;
      const row = rows[index];
      if (row.run === run) return false;
      const others = this.source.same(index).filter((i) => rows[i].run === run);
      const other = others.find((i) => rows[i].epoch === row.epoch) ?? others[0];
      if (other === undefined) return false;
      const [one, two] = [row.value, rows[other].value];
      return one !== null && two !== null && one !== two;
    }
  }

  customElements.define("closeup-filters", Filters);
}
