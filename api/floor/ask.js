// Questions to the person, one at a time, with large buttons. Each answers what was chosen, or null where it was left.

import { amount, nameOf } from "./words.js";

const dialog = document.getElementById("question");

export function element(tag, { text = "", kind = "", ...rest } = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  if (kind) made.className = kind;
  for (const [name, value] of Object.entries(rest)) name === "press" ? made.addEventListener("click", value) : made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export const button = (text, press, kind = "") => element("button", { text, kind, press, type: "button" });
export const isAsking = () => dialog.open;

// Shows what `fill` makes; `fill` gets the function that closes with an answer.
function ask(title, fill) {
  return new Promise((resolve) => {
    const close = (answer) => {
      dialog.close();
      dialog.replaceChildren();
      resolve(answer);
    };
    dialog.replaceChildren(element("h2", { text: title }), ...fill(close));
    dialog.oncancel = (event) => {
      event.preventDefault();
      close(null);
    };
    if (!dialog.open) dialog.showModal();
  });
}

const cancel = (close) => button("Cancel", () => close(null), "wide");

export const askYes = (title, text, yes) =>
  ask(title, (close) => [
    element("p", { text }),
    element("div", { kind: "buttons" }, button(yes, () => close(true), "act wide"), cancel(close)),
  ]);

// A reason: one of those known, or in own words.
export const askReason = (title, reasons) =>
  ask(title, (close) => {
    const own = element("input", { id: "own-words", maxlength: "200", autocomplete: "off" });
    const say = () => own.value.trim() && close(own.value.trim());
    return [
      element("div", { kind: "buttons" }, ...reasons.map((reason) => button(reason, () => close(reason)))),
      element("label", { text: "Another reason", for: "own-words" }),
      own,
      element("div", { kind: "buttons" }, button("Use this reason", say, "act"), button("Cancel", () => close(null))),
    ];
  });

export const askChoice = (title, choices) =>
  ask(title, (close) => [
    element("div", { kind: "buttons" }, ...choices.map(([name, value]) => button(name, () => close({ value })))),
    element("div", { kind: "buttons" }, cancel(close)),
  ]);

export const askName = (people) =>
  ask("Who works here?", (close) => {
    const name = element("input", { id: "name", maxlength: "80", autocomplete: "off" });
    const say = () => name.value.trim() && close(name.value.trim());
    name.addEventListener("keydown", (event) => event.key === "Enter" && say());
    return [
      element("div", { kind: "buttons" }, ...people.map((known) => button(known, () => close(known)))),
      element("label", { text: "Name", for: "name" }),
      name,
      element("div", { kind: "buttons" }, button("That is me", say, "act"), button("Cancel", () => close(null))),
    ];
  });

export const askKey = (why) =>
  ask("Key of this terminal", (close) => {
    const key = element("input", { id: "key", type: "password", autocomplete: "off" });
    const say = () => key.value.trim() && close(key.value.trim());
    return [
      element("p", { text: why }),
      element("label", { text: "Key", for: "key" }),
      key,
      element("div", { kind: "buttons" }, button("Use this key", say, "act"), button("Cancel", () => close(null))),
    ];
  });

// Good and scrap pieces of an operation, as totals. `good` is what the fields start with.
export const askPieces = (title, line, good, yes) =>
  ask(title, (close) => {
    const fields = { good: pieces("good", good), scrap: pieces("scrap", line.quantity_scrap) };
    const caution = element("p", { kind: "caution" });
    const read = () => ({ good: number(fields.good.input), scrap: number(fields.scrap.input) });
    const judge = () => {
      const { good, scrap } = read();
      if (good === null || scrap === null) caution.textContent = "Pieces are numbers from 0.";
      else if (good + scrap > line.quantity) caution.textContent = `More than the ${amount(line.quantity)} of the order.`;
      else if (good < line.quantity_good) caution.textContent = `Fewer good pieces than the ${amount(line.quantity_good)} so far: a correction.`;
      else caution.textContent = "";
      return good !== null && scrap !== null;
    };
    for (const { input } of Object.values(fields)) input.addEventListener("input", judge);
    judge();
    return [
      element("p", { text: `${nameOf(line)}: totals since its start, of ${amount(line.quantity)}.` }),
      element("label", { text: "Good pieces in all", for: "good" }),
      fields.good.row,
      element("label", { text: "Scrap in all", for: "scrap" }),
      fields.scrap.row,
      caution,
      element("div", { kind: "buttons" }, button(yes, () => judge() && close(read()), "go"), button("Cancel", () => close(null))),
    ];
  });

function pieces(id, value) {
  const input = element("input", { id, inputmode: "decimal", autocomplete: "off" });
  input.value = amount(value);
  input.addEventListener("focus", () => input.select());
  const step = (by) => () => {
    input.value = amount(Math.max(0, (number(input) ?? 0) + by));
    input.dispatchEvent(new Event("input"));
  };
  const plus = (by) => element("button", { text: `+${by}`, press: step(by), type: "button", "aria-label": `${id} plus ${by}` });
  const minus = element("button", { text: "\u22121", press: step(-1), type: "button", "aria-label": `${id} minus 1` });
  return { input, row: element("div", { kind: "pieces" }, minus, input, plus(1), plus(10)) };
}

function number(input) {
  const text = input.value.trim().replace(",", ".");
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : null;
}
