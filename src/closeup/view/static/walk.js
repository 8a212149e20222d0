"use strict";
// Keys that follow the links to what comes before and after.

{
  const follow = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
  const help = closeup.keys({
    j: ["next", () => follow("next")],
    k: ["previous", () => follow("prev")],
    "/": ["search", () => document.querySelector("input[type=search]")?.focus()],
  });
  document.body.append(help);
  document.getElementById("keys")?.addEventListener("click", () => help.showModal());
  document.querySelector(".listed [aria-current]")?.scrollIntoView({ block: "nearest" });
}
