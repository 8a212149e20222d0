"use strict";
// The source of a viewer: rows at once, cards as they are opened, words searched where the runs are.
// Episodes are named by run, question and epoch, so that a run may grow meanwhile.

{
  const KEPT = 100; // cards

  const ask = async (path, slots) => {
    const answer = await fetch(`${path}?${new URLSearchParams(slots)}`);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error ?? answer.statusText);
    return told;
  };

  class Served extends closeup.Source {
    constructor(index) {
      super(index);
      this.cards = new Map();
      const places = this.rows.map((row, i) => [JSON.stringify(this.key(row)), i]);
      this.places = new Map(places);
    }

    key(row) {
      return [this.runs[row.run].number, row.question, row.epoch];
    }

    told(index) {
      if (!this.cards.has(index)) {
        if (this.cards.size >= KEPT) this.cards.delete(this.cards.keys().next().value);
        const [run, id, epoch] = this.key(this.rows[index]);
        const asked = ask("/api/episode", { run, id, epoch });
        this.cards.set(index, asked);
        asked.catch(() => this.cards.delete(index));
      }
      return this.cards.get(index);
    }

    async card(index) {
      return this.wholeEpisode((await this.told(index)).episode);
    }

    async question(index) {
      const { question } = await this.told(index);
      return question && this.wholeQuestion(question);
    }

    async page(index, name) {
      const { pages } = await this.told(index);
      if (!Object.hasOwn(pages, name)) return null;
      const page = this.whole("page", pages[name]);
      return { ...page, href: page.image };
    }

    async search(text) {
      const slots = [["text", text], ...this.runs.map(({ number }) => ["run", number])];
      const { found } = await ask("/api/search", slots);
      return new Set(found.map((key) => this.places.get(JSON.stringify(key))));
    }
  }

  const shown = document.querySelector("closeup-episodes");
  const { runs } = JSON.parse(document.getElementById("asked").textContent);
  ask("/api/episodes", runs.map((run) => ["run", run]))
    .then((index) => shown.begin(new Served(index)))
    .catch((error) => {
      shown.querySelector("p").textContent = `The episodes cannot be read: ${error.message}`;
    });
}
