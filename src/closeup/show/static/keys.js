"use strict";
// Keys: what each does, and a dialog that says so. A key that is typed into a field is text.

{
  const { el } = closeup;

  /** keys: {key: [what it does, a function]}. Gives the dialog, to be put into the document. */
  closeup.keys = (keys) => {
    const list = Object.entries(keys).map(([key, [told]]) =>
      el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, told)));
    const help = el(
      "dialog",
      { class: "help", "aria-labelledby": "help-title" },
      el("h2", { id: "help-title" }, "Keys"),
      el("dl", {}, list, el("div", {}, el("dt", {}, el("kbd", {}, "?")), el("dd", {}, "these keys"))),
      el("form", { method: "dialog" }, el("button", {}, "Close")),
    );
    help.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      help.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const typing = event.target.closest?.("input, select, textarea, dialog");
      if (typing) {
        if (event.key === "Escape" && typing.localName !== "dialog") {
          event.preventDefault(); // it would empty the field
          typing.blur();
        }
        return;
      }
      if (event.key === "?") help.showModal();
      else if (Object.hasOwn(keys, event.key)) keys[event.key][1]();
      else return;
      event.preventDefault();
    });
    return help;
  };
}
