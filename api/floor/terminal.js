// The terminal of one machine: what is known, what a button does, and the two loops that read the list and send reports.

import { askChoice, askKey, askName, askPieces, askReason, askYes, isAsking } from "./ask.js";
import { draw, drawNetwork } from "./draw.js";
import { KeyNeeded, Trouble, Unreachable, call, sendAll } from "./post.js";
import * as reasons from "./reasons.js";
import * as say from "./reports.js";
import { addReports, dropReports, keep, kept, reportsOf } from "./store.js";
import { isAtWork, isNoNews, isOf, listAfter, nameOf } from "./words.js";

const WAIT_SECONDS = 20;
const AGAIN = 4_000;
const CLOCK_TOLERANCE = 90_000;

const site = siteOf(location);
const status = { reachable: true, waiting: 0, trouble: "", needsKey: false };
let list = null;
let etag = null;
let readAt = 0;
let person = null;
let key = null;
let clockAhead = 0;
let unable = "";
let wake = () => {};
let sending = null;
let drawn = "";
let keyAsked = false;
let keyWords = "";

function siteOf({ pathname, search }) {
  const [, , plant, ...machine] = pathname.split("/").map(decodeURIComponent);
  const named = { plant: plant ?? "", machine: machine.join("/") };
  return { ...named, place: `${named.plant}/${named.machine}`, plantClock: new URLSearchParams(search).get("clock") === "plant" };
}

// When something happens: by the server's clock where this device's is wrong; by the plant's, where the address says so.
function moment() {
  if (site.plantClock && list) return new Date(Date.parse(list.now) + Date.now() - readAt);
  return new Date(Date.now() - (Math.abs(clockAhead) > CLOCK_TOLERANCE ? clockAhead : 0));
}

// -- what is shown

async function show() {
  const reports = await reportsOf(site.place);
  const waiting = reports.filter((report) => report.state === "waiting");
  status.waiting = waiting.filter((report) => report.body.type).length;
  const ahead = Math.round(clockAhead / 60_000);
  const faults = [];
  if (unable) faults.push(unable);
  if (Math.abs(clockAhead) > CLOCK_TOLERANCE && !site.plantClock)
    faults.push(`This device's clock is ${Math.abs(ahead)} min ${ahead > 0 ? "fast" : "slow"}. Reports go by the server's.`);
  const here = reports.filter((report) => report.body.type && report.state !== "refused");
  const now = list && listAfter(list, here);
  const seen = reports.some((report) => !report.body.type && report.state !== "refused");
  if (now && seen) now.changes = [];
  const refused = reports.filter((report) => report.state === "refused");
  const known = { list: now, machine: site.machine, person, refused, faults, status };
  const drawing = JSON.stringify(known);
  if (drawing !== drawn) draw(known, press);  // a button under a finger stays the same button
  drawn = drawing;
  return now;
}

// -- reports

async function tell(...told) {
  if (!(await knowsWho())) return;
  await store(told.map(([type, data, words]) => say.report(site, person, moment(), type, data, words)));
}

async function store(reports) {
  try {
    await addReports(reports);
    unable = "";
  } catch (fault) {
    unable = `This device cannot keep reports (${fault?.name ?? "unknown"}). Report on paper and tell a planner.`;
  }
  await show();
  send();
}

async function send() {
  sending ??= sendNow().finally(() => (sending = null));
  await sending;
}

async function sendNow() {
  try {
    await sendAll(site.place, key, show);
    if ((await reportsOf(site.place)).some((report) => report.state === "sent")) wake();
  } catch (fault) {
    note(fault);
  }
  await show();
}

function note(fault) {
  const foreseen = fault instanceof Unreachable || fault instanceof KeyNeeded || fault instanceof Trouble;
  if (!foreseen) console.error(fault);
  status.reachable = !(fault instanceof Unreachable);
  status.needsKey = fault instanceof KeyNeeded;
  status.trouble = fault instanceof Trouble ? fault.message : foreseen ? "" : `The page has a fault (${fault}).`;
  if (!status.needsKey) return;
  keyWords = fault.message;
  if (!list && !keyAsked) askForKey();
}

async function askForKey() {
  if (isAsking()) return;
  keyAsked = true;
  const given = await askKey(keyWords);
  if (given === null) return;
  key = given;
  keyAsked = false;
  await keep(`key ${site.place}`, key);
  wake();
}

// -- the list

async function readList() {
  const sent = (await reportsOf(site.place)).filter((report) => report.state === "sent").map((report) => report.number);
  const fresh = sent.length > 0 || etag === null;
  const path = say.listPath(site) + (fresh ? "" : `?wait=${WAIT_SECONDS}`);
  const given = new AbortController();
  let woken = false;
  wake = () => {
    woken = true;
    given.abort();
  };
  let answer;
  try {
    answer = await call(path, key, { etag: fresh ? null : etag, patience: (WAIT_SECONDS + 10) * 1000, given });
  } catch (fault) {
    if (!woken) throw fault;
    etag = null;
    return;
  }
  Object.assign(status, { reachable: true, needsKey: false, trouble: "" });
  clockAhead = Date.now() - (Date.parse(answer.headers.get("date")) || Date.now());
  etag = answer.status === 304 ? null : answer.headers.get("etag");
  if (answer.read) {
    list = answer.read;
    readAt = Date.now();
    await keep(`list ${site.place}`, { list, readAt, clockAhead });
  }
  await dropReports(answer.read ? sent : []);
  const shown = await show();
  if (answer.read && person) await acknowledgeWhatIsNoNews(shown);
  await send();
}

// The first list, and one in which only changed what was reported here, is seen as soon as it is shown.
async function acknowledgeWhatIsNoNews(shown) {
  if (list.acknowledged === list.version || !isNoNews(shown)) return;
  const waiting = (await reportsOf(site.place)).some((report) => !report.body.type && report.body.version === list.version);
  if (!waiting) await addReports([say.seen(site, person, moment(), list.version)]);
}

async function follow() {
  for (;;) {
    try {
      await readList();
    } catch (fault) {
      etag = null;
      note(fault);
      await show().catch(note);
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, AGAIN);
      });
    }
  }
}

// -- what the buttons do

async function knowsWho() {
  if (person === null) await changePerson();
  return person !== null;
}

async function changePerson() {
  const people = (await kept("people")) ?? [];
  const name = await askName(people);
  if (name === null) return false;
  person = name;
  await keep(`person ${site.place}`, name);
  await keep("people", [name, ...people.filter((other) => other !== name)].slice(0, 6));
  await show();
  return true;
}

const press = {
  async start(line) {
    if (!(await knowsWho())) return;
    const now = await show();
    const other = now.lines.find((at) => isAtWork(at) && !isOf(line)(at));
    if (!other) return tell(say.started(line, site.machine));
    const text = `${nameOf(other)} is ${other.state} here. Put it aside and start ${nameOf(line)}?`;
    if (!(await askYes("Another operation is at work", text, "Put it aside"))) return;
    const reason = await askReason(`Why is ${nameOf(other)} put aside?`, reasons.ASIDE);
    if (reason !== null) await tell(say.putAside(other, site.machine, reason), say.started(line, site.machine));
  },
  async pause(line) {
    const reason = await askReason(`Pause ${nameOf(line)}: why?`, reasons.PAUSE);
    if (reason !== null) await tell(say.paused(line, reason));
  },
  resume: (line) => tell(say.resumed(line)),
  async pieces(line) {
    const pieces = await askPieces("Pieces so far", line, line.quantity_good, "Report");
    if (pieces !== null) await tell(say.made(line, site.machine, pieces));
  },
  async done(line) {
    const good = Math.max(0, line.quantity - line.quantity_scrap);
    const pieces = await askPieces("Done", line, good, "Done");
    if (pieces !== null) await tell(say.finished(line, site.machine, pieces));
  },
  async down() {
    const now = await show();
    if (now?.down.length) return tell(say.machineUp(site.machine));
    const reason = await askReason(`${site.machine} is down: why?`, reasons.DOWN);
    if (reason === null) return;
    const up = await askChoice("Up again in", reasons.BACK_UP);
    if (up !== null) await tell(say.machineDown(site.machine, reason, moment(), up.value));
  },
  // What is made so far is reported by who goes, then the next one gives a name.
  async handOver() {
    const now = await show();
    const leaving = person;
    const told = [];
    for (const line of leaving === null ? [] : (now?.lines ?? []).filter(isAtWork)) {
      const pieces = await askPieces("Hand over", line, line.quantity_good, "Hand over");
      if (pieces === null) return;
      if (pieces.good !== line.quantity_good || pieces.scrap !== line.quantity_scrap) told.push([line, pieces]);
    }
    if (!(await changePerson())) return;
    const more = { handed_to: person };
    const reports = told.map(([line, pieces]) => say.made(line, site.machine, pieces, more));
    if (reports.length) await store(reports.map(([type, data, words]) => say.report(site, leaving, moment(), type, data, words)));
  },
  async seen() {
    if (await knowsWho()) await store([say.seen(site, person, moment(), list.version)]);
  },
  async understood(report) {
    await dropReports([report.number]);
    await show();
  },
};

// -- beginning

async function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given === null) return;
  await keep(`key ${site.place}`, given);
  history.replaceState(null, "", location.pathname + location.search);
}

async function keepThePage() {
  if (!navigator.serviceWorker) return;
  const running = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register("/floor/worker.js");
  // A new version: everything that counts is in the store, so the page may begin anew as soon as nobody is asked.
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (running) setInterval(() => isAsking() || location.reload(), 1_000);
  });
  await navigator.serviceWorker.ready;
  document.body.dataset.kept = "1";
}

async function begin() {
  if (!site.machine) {
    document.getElementById("network").textContent = "Open /floor/PLANT/MACHINE";
    return;
  }
  document.title = site.machine;
  await takeKeyFromAddress();
  key = (await kept(`key ${site.place}`)) ?? null;
  person = (await kept(`person ${site.place}`)) ?? null;
  const last = await kept(`list ${site.place}`);
  if (last) ({ list, readAt, clockAhead } = last);
  document.getElementById("person").addEventListener("click", () => (person === null ? changePerson() : press.handOver()));
  document.getElementById("down").addEventListener("click", press.down);
  document.getElementById("network").addEventListener("click", () => status.needsKey && askForKey("Ask who runs the server for it."));
  document.getElementById("hand-over").addEventListener("click", press.handOver);
  window.addEventListener("online", () => wake());
  window.addEventListener("offline", () => drawNetwork(Object.assign(status, { reachable: false })));
  navigator.storage?.persist?.();
  await show();
  keepThePage().catch(() => {});
  if (person === null) changePerson();
  await follow();
}

begin().catch((fault) => {
  console.error(fault);
  const words = `This browser does not let the page keep anything (${fault?.name ?? fault}).`;
  document.getElementById("network").textContent = words;
});
