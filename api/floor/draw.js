// The page from what is known. `press` holds what each button does.

import { button, element } from "./ask.js";
import {
  SHOWN_CHANGES, amount, changeWords, isAtWork, materialWords, moment, nameOf, networkWords, plural, setupWords, shownLines,
} from "./words.js";

const part = (id) => document.getElementById(id);

export function draw(known, press) {
  const { list, machine, person, refused, faults, status } = known;
  part("machine").textContent = machine;
  part("person").textContent = person ?? "Who works here?";
  drawNetwork(status);
  const notes = [];
  for (const words of faults) notes.push(note("refused", words, []));
  if (list) for (const outage of list.down) notes.push(note("down", downWords(outage, list.now), []));
  for (const report of refused)
    notes.push(note("refused", `Not taken: ${report.words}`, [report.reason], "Understood", () => press.understood(report)));
  for (const doubt of list?.doubts ?? [])
    notes.push(note("doubt", doubtWords(doubt), [doubt.words, "Your next report settles it, or a planner does."]));
  part("notes").replaceChildren(...notes);
  part("work").replaceChildren(...(list ? workCards(list, press) : [element("p", { text: "No list yet." })]));
  const down = list?.down.length > 0;
  const stop = part("down");
  stop.textContent = down ? "Machine up again" : "Machine down";
  stop.className = down ? "go" : "stop";
  document.body.dataset.waiting = String(status.waiting);
  document.body.dataset.version = list?.version ?? "";
}

export function drawNetwork(status) {
  const { kind, words } = networkWords(status);
  if (part("network").textContent !== words) part("network").textContent = words;
  part("network").className = kind;
}

function note(kind, title, lines, yes, press) {
  const children = [element("h2", { text: title }), ...lines.map((text) => element("p", { text }))];
  if (yes) children.push(element("div", { kind: "buttons" }, button(yes, press, "wide")));
  return element("article", { kind }, ...children);
}

function newsNote(news, seen) {
  const lines = news.slice(0, SHOWN_CHANGES).flatMap(({ words, reason }, i) => {
    const again = i > 0 && news[i - 1].reason === reason;
    return [element("p", { text: words, kind: "big" }), ...(reason && !again ? [element("p", { text: reason, kind: "soft" })] : [])];
  });
  const more = news.length - SHOWN_CHANGES;
  if (more > 0) lines.push(element("p", { text: `and ${plural(more, "more change")}` }));
  return element(
    "article",
    { kind: "news" },
    element("h2", { text: "The list has changed" }),
    ...lines,
    element("div", { kind: "buttons" }, button("Seen", seen, "act wide")),
  );
}

function downWords(outage, now) {
  const since = outage.since ? ` since ${moment(outage.since, now)}` : "";
  const reason = outage.reason ? `: ${outage.reason}` : "";
  const until = outage.expected_up ? `, up at ${moment(outage.expected_up, now)}` : "";
  return `${outage.kind === "maintenance" ? "Maintenance" : "Down"}${since}${reason}${until}`;
}

const doubtWords = ({ order, operation, machine }) => `In doubt: ${order ? `${order}/${operation}` : machine}`;

function workCards(list, press) {
  const { atWork, next, more } = shownLines(list);
  const draw = (line, i) => card(line, list, press, i === 0 && !atWork.length);
  const [news, cards] = [changeWords(list), [...atWork.map(draw), ...next.map(draw)]];
  if (news.length) cards.splice(atWork.length, 0, newsNote(news, press.seen));
  if (!atWork.length && !next.length) cards.push(element("p", { text: "Nothing is planned here.", kind: "big" }));
  if (more) cards.push(element("p", { text: `${plural(more, "more operation")} after these`, kind: "soft" }));
  return cards;
}

function card(line, list, press, first) {
  const { ready, words } = materialWords(line, list.now);
  const late = line.late_minutes > 0 ? ", order late" : "";
  const setup = setupWords(line, list.now);
  const made = isAtWork(line) || line.quantity_good || line.quantity_scrap;
  return element(
    "article",
    { kind: isAtWork(line) ? "work" : "", "data-operation": nameOf(line) },
    element("span", { text: line.state, kind: `state ${line.state}` }),
    element("h2", { text: nameOf(line) }),
    element("p", { text: `${amount(line.quantity)} × ${line.material}`, kind: "big" }),
    ...(line.description ? [element("p", { text: line.description })] : []),
    ...(line.unsent ? [element("p", { text: "Not sent yet", kind: "unsent" })] : []),
    ...(made ? [element("p", { text: `Good ${amount(line.quantity_good)}, scrap ${amount(line.quantity_scrap)}`, kind: "big" })] : []),
    element("p", { text: isAtWork(line) ? `Planned end ${moment(line.end, list.now)}${late}` : `Start ${moment(line.start, list.now)}${late}` }),
    ...(setup ? [element("p", { text: setup })] : []),
    element("p", { text: words, kind: ready ? "ready" : "missing" }),
    ...(line.note ? [element("p", { text: line.note, kind: "soft" })] : []),
    element("div", { kind: "buttons" }, ...buttons(line, press, first)),
  );
}

function buttons(line, press, first) {
  if (!isAtWork(line)) return [button("Start", () => press.start(line), first ? "go wide" : "wide")];
  const paused = line.state === "paused";
  return [
    button("Pieces", () => press.pieces(line), "act"),
    paused ? button("Go on", () => press.resume(line), "go") : button("Pause", () => press.pause(line)),
    button("Done", () => press.done(line), paused ? "wide" : "go wide"),
  ];
}
