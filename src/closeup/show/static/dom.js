"use strict";
// Elements out of names, attributes and text. Nothing that comes from a model, a file or an
// annotation is ever read as HTML: strings become text nodes, here and nowhere else.

const closeup = {};

{
  const SVG = "http://www.w3.org/2000/svg";

  const filled = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") node.addEventListener(name, value);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  };

  /** An HTML element. An attribute that is a function listens to the event of that name. */
  closeup.el = (name, attributes = {}, ...children) =>
    filled(document.createElement(name), attributes, children);

  /** The same for SVG. */
  closeup.svg = (name, attributes = {}, ...children) =>
    filled(document.createElementNS(SVG, name), attributes, children);

  /** Text that keeps its direction to itself, whatever is written in it. */
  closeup.words = (text) => closeup.el("bdi", {}, String(text));

  /** A share in percent with at most one decimal; a dash where it is unknown. */
  closeup.percent = (share) =>
    share === null || share === undefined ? "–" : `${Math.round(share * 1000) / 10} %`;

  closeup.count = (number, noun) =>
    `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
