// From the API's answers to what a person reads. Pure: no page, no network, no clock.

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const UNSAID = new Set(["started", "finished"]);
export const SHOWN_CHANGES = 4;
const MOVED_MINUTES = 15;

// "Tue 17 Nov 13:25" by the plant's clock, which is what an ISO time with offset reads; the time alone where it is the
// day of `now`.
export function moment(iso, now = "") {
  const [date, time] = [iso.slice(0, 10), iso.slice(11, 16)];
  if (date === now.slice(0, 10)) return time;
  const [year, month, day] = date.split("-").map(Number);
  return `${DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${day} ${MONTHS[month - 1]} ${time}`;
}

export const amount = (number) => String(Math.round(number * 1000) / 1000);
export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
export const nameOf = (line) => `${line.order}/${line.operation}`;
export const isOf = (data) => (line) => line.order === data.order && line.operation === data.operation;
export const isAtWork = (line) => line.state === "running" || line.state === "paused";

// The list as it is with what was reported here and stands not in it yet.
export function listAfter(list, reports) {
  const after = { ...list, lines: list.lines.map((line) => ({ ...line })), down: [...(list.down ?? [])] };
  for (const { body, state } of reports) {
    const line = after.lines.find(isOf(body.data));
    switch (body.type) {
      case "machine.down":
        after.down = [{ machine: body.data.machine, since: null, reason: body.data.reason ?? "", expected_up: null }];
        break;
      case "machine.up":
        after.down = [];
        break;
      default:
        if (line) follow(after, line, body);
        if (line) line.unsent = state === "waiting";
    }
  }
  return after;
}

function follow(list, line, body) {
  if (body.data.quantity_good !== undefined) line.quantity_good = body.data.quantity_good;
  if (body.data.quantity_scrap !== undefined) line.quantity_scrap = body.data.quantity_scrap;
  const states = { started: "running", resumed: "running", paused: "paused", put_aside: "next" };
  const what = body.type.replace("operation.", "");
  line.state = states[what] ?? line.state;
  list.lines = list.lines.filter((other) => other !== line);
  if (what !== "finished") list.lines.splice(isAtWork(line) ? 0 : list.lines.filter(isAtWork).length, 0, line);
}

// What to draw: all that is at work, then the next three.
export function shownLines(list) {
  const waiting = list.lines.filter((line) => !isAtWork(line));
  return { atWork: list.lines.filter(isAtWork), next: waiting.slice(0, 3), more: Math.max(0, waiting.length - 3) };
}

// What has changed since somebody here has seen the list, in sentences. What the floor reported itself is not news, nor
// are a few minutes: work that is late to begin moves on with every minute of the clock.
export function changeWords(list) {
  const news = (list.changes ?? []).filter((change) => !UNSAID.has(change.what) && !isSlight(change));
  const near = (change) => change.what !== "retimed" || change.position_after <= 3;
  const said = news.filter(near).map((change) => ({ words: oneChange(change, list), reason: change.reason }));
  const further = news.length - said.length;
  if (further) said.push({ words: `${plural(further, "later operation")} at other times`, reason: "" });
  return said;
}

const isSlight = ({ what, start_before, start_after }) =>
  what === "retimed" && Math.abs(Date.parse(start_after) - Date.parse(start_before)) < MOVED_MINUTES * 60_000;

// Whether the list counts as seen without anybody saying so: the first one, and one where only reports from here show.
// Slight moves alone wait until they add up to something that is said.
export const isNoNews = (list) =>
  changeWords(list).length === 0 && (!list.changes?.length || list.changes.some((change) => change.what !== "retimed"));

function oneChange(change, list) {
  const name = nameOf(change);
  switch (change.what) {
    case "new":
      return `${name} is new: no. ${change.position_after}, ${moment(change.start_after, list.now)}`;
    case "moved":
      return change.machine_after === list.target
        ? `${name} comes here from ${change.machine_before}: no. ${change.position_after}`
        : `${name} goes to ${change.machine_after}`;
    case "resequenced": {
      const behind = list.lines.find((line) => line.position === change.position_after + 1);
      return behind ? `${name} now before ${nameOf(behind)}` : `${name} now last`;
    }
    case "retimed":
      return `${name} now at ${moment(change.start_after, list.now)}, was ${moment(change.start_before, list.now)}`;
    default:
      return change.machine_after ? `${name} goes to ${change.machine_after}` : `${name} is gone`;
  }
}

// "Material ready", or what is missing and when it comes.
export function materialWords(line, now) {
  if (isAtWork(line)) return { ready: true, words: "Material issued" };
  if (line.material_ready) return { ready: true, words: "Material ready" };
  const words = line.missing.map((part) => {
    const what = `${amount(part.quantity)} ${part.material}`;
    if (part.expected === null) return `Missing: ${what}, no delivery`;
    return `Missing: ${what}, arrives ${moment(part.expected, now)}${part.source ? `, ${part.source}` : ""}`;
  });
  return { ready: false, words: words.join("; ") };
}

export function setupWords(line, now) {
  if (isAtWork(line)) return "";
  const family = line.setup_family ? ` for ${line.setup_family}` : "";
  return line.setup_start === null ? "No set-up" : `Set-up${family} from ${moment(line.setup_start, now)}`;
}

// How it stands with the network and with what waits.
export function networkWords({ reachable, waiting, trouble, needsKey }) {
  const reports = plural(waiting, "report");
  const wait = `${reports} ${waiting === 1 ? "waits" : "wait"}`;
  if (needsKey) return { kind: "bad", words: waiting ? `Key needed, touch here: ${wait}` : "Key needed, touch here" };
  if (!reachable) return { kind: "bad", words: waiting ? `No network: ${wait}` : "No network" };
  if (trouble) return { kind: "bad", words: waiting ? `${trouble} ${wait}` : trouble };
  return waiting ? { kind: "busy", words: `Sending: ${reports}` } : { kind: "good", words: "Connected" };
}
