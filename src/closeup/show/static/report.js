"use strict";
// The source of a report: the blocks of JSON and the images that stand in the file itself. They are
// read when they are needed: of ten thousand episodes a hundred at a time. Only the index stands
// before this script: what else is needed is waited for while the browser still reads the file.

{
  const WAIT = 20; // milliseconds

  const block = async (id) => {
    for (;;) {
      const reading = document.readyState === "loading";
      const found = document.getElementById(id);
      if (found?.nextElementSibling || !reading) return found.textContent;
      await new Promise((done) => setTimeout(done, WAIT));
    }
  };

  const read = async (id) => JSON.parse(await block(id));

  class Blocks extends closeup.Source {
    constructor() {
      super(JSON.parse(document.getElementById("index").textContent));
      this.chunks = new Map();
      this.hay = new Map();
    }

    /** A promise of a chunk of episodes. */
    read(number) {
      if (!this.chunks.has(number)) {
        if (this.chunks.size > 20) this.chunks.delete(this.chunks.keys().next().value);
        this.chunks.set(number, read(`chunk-${number}`));
      }
      return this.chunks.get(number);
    }

    async card(index) {
      const { episodes } = await this.read(Math.floor(index / this.chunk));
      return this.wholeEpisode(episodes[index % this.chunk]);
    }

    async question(index) {
      const row = this.rows[index];
      const { questions } = await this.read(Math.floor(index / this.chunk));
      const key = `${this.runs[row.run].bench}/${row.question}`;
      return Object.hasOwn(questions, key) ? this.wholeQuestion(questions[key]) : null;
    }

    async page(index, name) {
      const pages = this.pages[this.runs[this.rows[index].run].bench] ?? {};
      if (!Object.hasOwn(pages, name)) return null;
      const page = this.whole("page", pages[name]);
      const image = page.image ?? "";
      const href = /^\d+$/.test(image) ? await block(`image-${image}`) : image;
      return { ...page, href };
    }

    /** Rows in which all the words stand, in whatever was asked, said or answered. */
    async search(words) {
      const wanted = words.toLowerCase().split(/\s+/);
      const found = new Set();
      for (let number = 0; number * this.chunk < this.rows.length; number += 1) {
        (await this.haystack(number)).forEach((text, i) => {
          if (wanted.every((word) => text.includes(word))) found.add(number * this.chunk + i);
        });
      }
      return found;
    }

    async haystack(number) {
      if (!this.hay.has(number)) {
        const { episodes } = await read(`chunk-${number}`);
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
