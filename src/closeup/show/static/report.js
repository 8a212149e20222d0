"use strict";
// The source of a report: the blocks of JSON and the images that stand in the file itself. They are
// read when they are needed: of ten thousand episodes a hundred at a time.

{
  const block = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(block(id).textContent);
  class Blocks {
    constructor() {
      Object.assign(this, read("index"));
      this.rows = this.rows.map((row) => this.whole("row", row));
      this.groups = new Map();
      this.rows.forEach((row, i) => {
        if (!this.groups.has(row.question)) this.groups.set(row.question, []);
        this.groups.get(row.question).push(i);
      });
      this.chunks = new Map();
      this.hay = new Map();
    }

    /** A card with what was left out of it, for being as by default. */
    whole(kind, card) {
      return { ...this.defaults[kind], ...card };
    }

    same(index) {
      return this.groups.get(this.rows[index].question);
    }

    read(number) {
      if (!this.chunks.has(number)) {
        if (this.chunks.size > 20) this.chunks.delete(this.chunks.keys().next().value);
        this.chunks.set(number, read(`chunk-${number}`));
      }
      return this.chunks.get(number);
    }

    async card(index) {
      const found = this.read(Math.floor(index / this.chunk)).episodes[index % this.chunk];
      const card = this.whole("episode", found);
      return {
        ...card,
        turns: card.turns.map((turn) => this.whole("turn", turn)),
        calls: card.calls.map((call) => this.whole("call", call)),
        views: card.views.map((view) => this.whole("shown", view)),
      };
    }

    async question(index) {
      const row = this.rows[index];
      const { questions } = this.read(Math.floor(index / this.chunk));
      const key = `${this.runs[row.run].bench}/${row.question}`;
      if (!Object.hasOwn(questions, key)) return null;
      const regions = (found) => found.map((region) => this.whole("region", region));
      const card = this.whole("question", questions[key]);
      const { views, refs, evidence } = card;
      return { ...card, views: regions(views), refs: regions(refs), evidence: regions(evidence) };
    }

    async page(index, name) {
      const pages = this.pages[this.runs[this.rows[index].run].bench] ?? {};
      if (!Object.hasOwn(pages, name)) return null;
      const page = this.whole("page", pages[name]);
      const image = page.image ?? "";
      const href = /^\d+$/.test(image) ? block(`image-${image}`).textContent : image;
      return { ...page, href };
    }

    /** Rows in which all the words stand, in whatever was asked, said or answered. */
    async search(words) {
      const wanted = words.toLowerCase().split(/\s+/);
      const found = new Set();
      for (let number = 0; number * this.chunk < this.rows.length; number += 1) {
        this.haystack(number).forEach((text, i) => {
          if (wanted.every((word) => text.includes(word))) found.add(number * this.chunk + i);
        });
      }
      return found;
    }

    haystack(number) {
      if (!this.hay.has(number)) {
        const { episodes } = read(`chunk-${number}`);
        this.hay.set(number, episodes.map((episode, i) => {
          const row = this.rows[number * this.chunk + i];
          const said = (episode.turns ?? []).flatMap((turn) => [turn.thought ?? "", turn.text]);
          return [row.question, row.answer, row.gold, episode.asked ?? "", episode.failure ?? "", ...said]
            .join("\n").toLowerCase();
        }));
      }
      return this.hay.get(number);
    }
  }

  document.querySelector("closeup-episodes").begin(new Blocks());
}
