"use strict";
// A question and what comes of it: what the model says and looks at, turn by turn, and its answer.
// Where it looks is also drawn on the page, by whoever listens to `changed`.

{
  const { el, words } = closeup;
  const ENDS = {
    "no call": "It answered without the form it was asked for.",
    "cut off": "It ran out of words before it answered.",
    "out of budget": "It wanted to look again where it had to answer.",
    filtered: "Its provider held the answer back.",
  };

  const place = (box) => box.map((value) => Math.round(value)).join(", ");

  /** A turn of the model without its call and its answer, which are shown apart. */
  const plain = (turn) =>
    turn.by === "assistant" ? { ...turn, text: turn.text.split(/<tool_call>|<answer>/i)[0] } : turn;

  /** What a turn came to, as a person listening should hear it. */
  const heard = (episode) => {
    const call = episode.calls.at(-1);
    if (call?.turn !== episode.turned - 1) return "It has spoken.";
    const number = episode.calls.length;
    if (call.error) return `Look ${number} was in vain: ${call.error}`;
    return `Look ${number}: ${call.tool.replaceAll("_", " ")}${call.region ? `, at ${place(call.region.box)} of the page` : ""}.`;
  };

  closeup.Talk = class {
    /** asked: {question, model, about}; page: its PageCard, with its key and number. */
    constructor(asked, page) {
      this.asked = asked;
      this.page = page;
      this.episode = { asked: "", views: [], turns: [], calls: [], turned: 0 };
      this.list = el("ol", { class: "conversation" });
      this.answer = el("div", { role: "status" });
      this.node = el("div", { class: "talk" }, this.answer, this.list);
      this.said = "";
      this.stopped = new AbortController();
    }

    /** Ask; `changed(talk)` is called after each thing that happens. Never throws. */
    async run(url, changed) {
      const say = (text) => ((this.said = text), changed(this));
      const name = this.asked.model;
      say(`Asking ${name}…`);
      try {
        const body = JSON.stringify(this.asked);
        for await (const event of closeup.lines(url, { method: "POST", body, signal: this.stopped.signal })) {
          if (event.waiting) say(`${name} is busy: ${closeup.count(event.waiting, "question")} before yours.`);
          else if (event.opening) say(`Opening ${name}, which takes a while…`);
          else if (event.begun) {
            this.take({ ...event.begun, turns: [], calls: [] });
            say(`${name} looks at the page…`);
          } else if (event.turns) {
            this.take(event);
            say(heard(this.episode));
          } else if (event.ended) {
            this.end(event.ended);
            say(event.ended.answer === null ? "It gave no answer." : "It has answered.");
          }
        }
      } catch (error) {
        const gone = error.name === "AbortError";
        this.fail(gone ? "You stopped it." : error.message);
        say(gone ? "Stopped." : "No answer.");
      }
      this.over = true;
      changed(this);
    }

    stop() {
      this.stopped.abort();
    }

    /** More of the conversation: only what is new is added, so that nothing moves. */
    take({ asked, views, turns, calls }) {
      const { episode } = this;
      episode.asked ||= asked ?? "";
      episode.views.push(...views);
      episode.calls.push(...calls);
      episode.turns.push(...turns.map(plain));
      episode.turned += turns.filter((turn) => turn.by === "assistant").length;
      const whole = closeup.conversation(episode, new Map([[this.page.key, this.page]]));
      this.list.append(...[...whole.children].slice(this.list.children.length));
    }

    end(ended) {
      const none = ended.answer === null;
      const costs = [
        `${ended.seconds} s`,
        ended.input_tokens ? `${ended.input_tokens} + ${ended.output_tokens} tokens` : "",
        ended.dollars ? `$${ended.dollars.toFixed(4)}` : "",
        ended.served_by,
      ].filter(Boolean).join(" · ");
      this.answer.replaceChildren(el("div", { class: "answer" },
        el("h4", {}, "Answer"),
        el("p", { class: none ? "missing" : "final", dir: "auto" }, none ? "none that could be read" : words(ended.answer)),
        ENDS[ended.stop] ? el("p", { class: "note" }, ENDS[ended.stop]) : null,
        el("p", { class: "note" }, words(`${this.asked.model} · ${costs}`))));
    }

    fail(why) {
      this.answer.replaceChildren(el("p", { class: "warning" }, words(why)));
    }

    /** Where it has looked on its page, as boxes for a picture. */
    looks() {
      const { calls, views } = this.episode;
      return calls.flatMap((call, i) => {
        const box = views[call.view]?.box ?? call.region?.box;
        const label = call.error ? "×" : String(i + 1);
        return box ? [{ kind: call.error ? "failed" : "zoom", box, label, title: `look ${i + 1}: ${call.tool}` }] : [];
      });
    }
  };
}
