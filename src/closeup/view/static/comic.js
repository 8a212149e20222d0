"use strict";
// Reading a comic of one's own: files go to the server, which holds them in memory and tells what it
// finds; the address names the comic and the page as #ID/N.

{
  const { el, words, count } = closeup;
  const $ = (id) => document.getElementById(id);
  const limits = JSON.parse($("limits").textContent);
  const BASE = "/comic/comics";
  let comic = null; // {id, title, total, pages: Map of number to what is told, bad, done}
  let number = 0;
  let direction = "ltr";
  let talk = null;
  let following = null;
  const talks = [];

  const problem = (text) => {
    $("problem").textContent = text;
    $("problem").hidden = !text;
    if (text) $("problem").scrollIntoView({ block: "nearest" });
  };
  const working = (text, busy = false) => {
    $("progress").textContent = text;
    $("progress").classList.toggle("busy", busy);
  };
  const natural = (a, b) => a.name.localeCompare(b.name, "en", { numeric: true });

  const leaf = new closeup.Leaf({
    desk: document.querySelector(".desk"), picture: $("picture"), found: $("found"), about: $("about"), heading: $("leaf-title"),
    chosen: () => $("question").focus(),
  });

  // ---- Opening -------------------------------------------------------------------------------

  /** Send files, one after the other, as one comic; several images are its pages. */
  const open = async (files) => {
    if (!files.length) return;
    problem("");
    let id = null;
    const wrong = [];
    for (const file of [...files].sort(natural)) {
      working(`Opening ${file.name}…`, true);
      const query = new URLSearchParams({ name: file.name, ...(files.length > 1 && { title: "pages" }), ...(id && { into: id }) });
      try {
        if (file.size > limits.file) throw new Error(`${file.name}: more than ${limits.file >> 20} MB, which is the limit`);
        ({ comic: id } = await closeup.json(`${BASE}?${query}`, { method: "POST", body: file }));
      } catch (error) {
        wrong.push(error.message);
      }
    }
    working("");
    problem(wrong.length > 1 ? `${wrong[0]} (and ${wrong.length - 1} more)` : wrong[0] ?? "");
    if (id) begin(id, 0);
  };

  const sample = async () => {
    problem("");
    working("Drawing a page…", true);
    try {
      begin((await closeup.json("/comic/sample", { method: "POST" })).comic, 0);
    } catch (error) {
      problem(error.message);
      working("");
    }
  };

  /** Follow a comic that the server holds, from its beginning. */
  const begin = async (id, page) => {
    following?.abort();
    const mine = (following = new AbortController());
    talk?.stop();
    comic = { id, title: "", total: 0, pages: new Map(), bad: [], done: false };
    [number, talk] = [page, null];
    talks.length = 0;
    history.replaceState(null, "", page ? `#${id}/${page}` : `#${id}`);
    for (const node of ["strip", "talk"]) $(node).replaceChildren();
    changed(null);
    try {
      for await (const event of closeup.lines(`${BASE}/${encodeURIComponent(id)}`, { signal: mine.signal })) learn(event);
    } catch (error) {
      if (error.name === "AbortError") return;
      problem(error.message);
      if (error.status) leave();
    }
  };

  const learn = (event) => {
    if (event.closed) return leave("This comic was let go.");
    if (event.title) {
      [comic.title, comic.total, comic.done] = [event.title, event.total, false];
      $("title").replaceChildren(words(event.title));
    }
    if (event.page) {
      const known = comic.pages.has(event.page.number);
      comic.pages.set(event.page.number, event.page);
      if (!known) thumb(event.page);
      if (!number) number = event.page.number;
      if (number === event.page.number) show(!known);
    }
    if (event.bad) comic.bad.push(event.bad);
    if (event.done !== undefined) comic.done = true;
    tell();
  };

  /** How far it is, what could not be read, and what can be done now. */
  const tell = () => {
    const { pages, bad, total, done } = comic;
    const told = [...pages.values()];
    const seen = told.length + bad.length;
    const read = told.filter((page) => page.texts !== null).length;
    const panels = told.reduce((sum, page) => sum + page.panels, 0);
    if (done) working(`${count(told.length, "page")}, ${count(panels, "panel")}${bad.length ? `, ${bad.length} left out` : ""}.`);
    else if (seen < total) working(`Looking for panels: ${seen} of ${total} pages…`, true);
    else working(`Reading text: ${read} of ${told.length} pages…`, true);
    $("reading").hidden = !told.length;
    $("first").hidden = told.length > 0;
    $("drop").classList.toggle("slim", told.length > 0);
    $("keep").hidden = !done || !told.length;
    $("bad").hidden = !bad.length;
    if (done && !told.length) problem(`${bad[0]?.name ?? comic.title}: ${bad[0]?.why ?? "no page in it"}`);
    $("bad").querySelector("summary").textContent = `${count(bad.length, "image")} could not be read`;
    $("bad").querySelector("ul").replaceChildren(...bad.map(({ name, why }) => el("li", {}, words(name), ": ", words(why))));
  };

  const thumb = (page) => {
    const shrunk = Math.min(1, 96 / page.height, 140 / page.width);
    const image = el("img", {
      src: `${BASE}/${comic.id}/${page.number}/image?small`, alt: "", loading: "lazy",
      width: Math.max(1, Math.round(page.width * shrunk)), height: Math.max(1, Math.round(page.height * shrunk)),
    });
    const link = el("a", { href: `#${comic.id}/${page.number}`, title: page.name, "aria-label": `Page ${page.number}` }, image, el("span", {}, String(page.number)));
    $("strip").append(el("li", {}, link));
    $("strip").hidden = comic.pages.size < 2;
  };

  // ---- The page that is open -----------------------------------------------------------------

  const show = async (fresh = true) => {
    const { id, total, pages } = comic;
    const wanted = number;
    if (!pages.has(wanted)) return;
    for (const link of $("strip").querySelectorAll("a")) {
      const current = link.getAttribute("href") === `#${id}/${wanted}`;
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (current && fresh) link.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const numbers = [...pages.keys()];
    $("previous").disabled = wanted === numbers[0];
    $("next").disabled = wanted === numbers.at(-1);
    $("previous").parentElement.hidden = numbers.length < 2;
    try {
      const told = await closeup.json(`${BASE}/${id}/${wanted}?direction=${direction}`);
      if (comic?.id !== id || number !== wanted) return;
      leaf.open(told, card(told), total);
    } catch (error) {
      problem(error.message);
    }
  };

  const card = (told) => ({
    key: `${comic.id}/${told.number}`, number: told.number, width: told.width, height: told.height,
    href: `${BASE}/${comic.id}/${told.number}/image`, note: "",
  });

  const step = (by) => {
    const numbers = [...(comic?.pages.keys() ?? [])];
    const next = numbers[numbers.indexOf(number) + by];
    if (next) location.hash = `#${comic.id}/${next}`;
  };

  const turn = (way) => {
    direction = way;
    if (comic) show(false);
  };

  /** Nothing is open any more. */
  const leave = (text = "") => {
    following?.abort();
    talk?.stop();
    comic = null;
    history.replaceState(null, "", location.pathname);
    for (const id of ["reading", "bad"]) $(id).hidden = true;
    $("first").hidden = false;
    $("drop").classList.remove("slim");
    working(text);
  };

  const close = async () => {
    const { id } = comic;
    following?.abort();
    try {
      await closeup.json(`${BASE}/${id}`, { method: "DELETE" });
    } catch (error) {
      problem(error.message);
    }
    leave("The comic is closed, and no longer held.");
    $("choose").focus();
  };

  // ---- Asking --------------------------------------------------------------------------------

  const ask = (event) => {
    event.preventDefault();
    if (!comic || (talk && !talk.over)) return;
    const form = new FormData($("ask"));
    const question = $("question").value.trim();
    if (!question) return;
    const asked = { question, model: form.get("model"), tools: form.getAll("tool"), about: leaf.box() };
    talk = new closeup.Talk(asked, leaf.card);
    talks.push(talk);
    present(talk);
    talk.run(`${BASE}/${comic.id}/${number}/ask`, changed);
  };

  const changed = (one) => {
    if (one !== talk) return;
    const busy = one !== null && !one.over;
    $("live").textContent = one?.said ?? "";
    for (const node of ["live", "ask"]) $(node).classList.toggle("busy", busy);
    $("stop").hidden = !busy;
    $("talk").scrollTop = busy ? $("talk").scrollHeight : 0;
    if (one) leaf.draw(one);
    if (!busy) earlier();
  };

  /** Show a talk, and where it looked. */
  const present = (one) => {
    talk = one;
    $("talk").replaceChildren(
      el("p", { class: "asked-of" }, `Page ${one.page.number}: `, el("b", {}, words(one.asked.question))), one.node);
    changed(one);
  };

  const earlier = () => {
    const others = talks.filter((one) => one !== talk && one.over).reverse();
    $("earlier").hidden = !others.length;
    $("earlier").querySelector("ol").replaceChildren(...others.map((one) =>
      el("li", {}, el("button", { type: "button", click: () => again(one) }, words(one.asked.question)),
        el("span", { class: "note" }, ` page ${one.page.number}, ${one.asked.model}`))));
  };

  const again = (one) => {
    if (talk && !talk.over) return;
    present(one);
    earlier();
    if (one.page.number !== number) location.hash = `#${one.page.key}`;
  };

  // ---- Hands and keys ------------------------------------------------------------------------

  closeup.given(open);
  addEventListener("hashchange", () => {
    const [id, page] = location.hash.slice(1).split("/");
    if (!id) return;
    if (comic?.id !== id) begin(id, Number(page) || 0);
    else if (comic.pages.has(Number(page))) {
      number = Number(page);
      show();
    }
  });
  $("choose").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", async () => {
    await open($("files").files);
    $("files").value = "";
  });
  $("sample").addEventListener("click", sample);
  $("close").addEventListener("click", close);
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  $("keep").addEventListener("click", () => {
    $("keep").href = `${BASE}/${comic.id}/pages.zip?direction=${direction}`;
    $("keep").download = `${comic.title}.zip`;
  });
  for (const radio of document.getElementsByName("direction")) radio.addEventListener("change", () => turn(radio.value));
  for (const layer of ["panels", "texts", "looks"]) {
    $(`show-${layer}`).addEventListener("change", (event) => {
      leaf.layers[layer] = event.target.checked;
      leaf.draw();
    });
  }
  for (const idea of $("ideas").children) {
    idea.addEventListener("click", () => {
      $("question").value = idea.textContent;
      $("question").focus();
    });
  }
  $("ask").addEventListener("submit", ask);
  $("question").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
  });
  $("stop").addEventListener("click", () => talk?.stop());
  document.body.append(closeup.keys({
    j: ["next page", () => step(1)],
    k: ["page before", () => step(-1)],
    a: ["ask a question", () => comic && $("question").focus()],
    d: ["turn the reading direction", () => comic && document.querySelector("[name=direction]:not(:checked)").click()],
  }));
  if (location.hash.length > 1) dispatchEvent(new Event("hashchange"));
}
