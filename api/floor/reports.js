// What each button reports: events of the public API, with who said it. Pure but for the id, which is random.

import { nameOf } from "./words.js";

// Moments of a day by this device, for the line that says which report it was.
const clock = (at) => `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// site : {plant, machine, place}.   at : a Date, when it happened.
export function report(site, person, at, type, data, words) {
  const body = {
    specversion: "1.0",
    id: newId(),
    source: `/terminal/${site.machine}`,
    type,
    time: at.toISOString().replace(/\.\d+Z$/, "Z"),
    data: { ...data, by: person },
  };
  return { ...waiting(site, at, words), path: `/v1/plants/${encodeURIComponent(site.plant)}/events`, body };
}

// That the list was seen: no event of the plant, but it waits its turn like one.
export function seen(site, person, at, version) {
  const path = `${listPath(site)}/acknowledge`;
  return { ...waiting(site, at, "the list was seen"), path, body: { version, by: person } };
}

export const listPath = (site) =>
  `/v1/plants/${encodeURIComponent(site.plant)}/dispatch-lists/${encodeURIComponent(site.machine)}`;

const waiting = (site, at, words) => ({ place: site.place, words: `${words}, ${clock(at)}`, state: "waiting", reason: "" });

// One function for each kind of report: its type, its data, its words.
export const started = (line, machine) => ["operation.started", { ...of(line), machine }, `start of ${nameOf(line)}`];
export const paused = (line, reason) => ["operation.paused", { ...of(line), reason }, `pause of ${nameOf(line)}`];
export const resumed = (line) => ["operation.resumed", of(line), `${nameOf(line)} goes on`];
export const putAside = (line, machine, reason) => [
  "operation.put_aside", { ...of(line), machine, reason }, `${nameOf(line)} put aside`,
];
export const made = (line, machine, { good, scrap }, more = {}) => [
  "operation.progressed", { ...of(line), machine, ...totals(good, scrap), ...more }, `pieces of ${nameOf(line)}`,
];
export const finished = (line, machine, { good, scrap }) => [
  "operation.finished", { ...of(line), machine, ...totals(good, scrap) }, `end of ${nameOf(line)}`,
];
export const machineDown = (machine, reason, at, minutes) => [
  "machine.down",
  { machine, reason, ...(minutes ? { expected_up: new Date(at.getTime() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, "Z") } : {}) },
  `${machine} down`,
];
export const machineUp = (machine) => ["machine.up", { machine }, `${machine} up again`];

const of = (line) => ({ order: line.order, operation: line.operation });
const totals = (good, scrap) => ({ quantity_good: good, quantity_scrap: scrap });
