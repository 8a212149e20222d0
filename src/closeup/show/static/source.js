"use strict";
// What the sources of episodes have in common: rows and cards made whole again, and which rows are
// of one question. A source extends this; what it must have beside stands in episodes.js.

{
  closeup.Source = class {
    /** index: {defaults, runs, rows, audited} and more, as show/cards.py has them. */
    constructor(index) {
      Object.assign(this, index);
      this.rows = this.rows.map((row) => this.whole("row", row));
      this.groups = new Map();
      this.rows.forEach((row, i) => {
        if (!this.groups.has(row.question)) this.groups.set(row.question, []);
        this.groups.get(row.question).push(i);
      });
    }

    same(index) {
      return this.groups.get(this.rows[index].question);
    }

    /** A card with what was left out of it, for being as by default. */
    whole(kind, card) {
      return { ...this.defaults[kind], ...card };
    }

    wholeEpisode(card) {
      const all = (kind, cards) => cards.map((one) => this.whole(kind, one));
      const { turns, calls, views, ...rest } = this.whole("episode", card);
      return { ...rest, turns: all("turn", turns), calls: all("call", calls), views: all("shown", views) };
    }

    wholeQuestion(card) {
      const all = (regions) => regions.map((region) => this.whole("region", region));
      const { views, refs, evidence, ...rest } = this.whole("question", card);
      return { ...rest, views: all(views), refs: all(refs), evidence: all(evidence) };
    }
  };
}
