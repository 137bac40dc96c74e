// Reports to the API: in the order in which they were made, one after the other, each until the API has answered for it.
// A report keeps its id, so the API knows one that comes again as the same.

import { changeReport, reportsOf } from "./store.js";

const PATIENCE = 15_000;
const AGAIN = new Set([408, 429]);
const NAMED = /^[a-z_.]+ '[^']*': /;  // "operation.paused 'its id': " says nothing to a person

export class Unreachable extends Error {}
export class KeyNeeded extends Error {}
export class Trouble extends Error {}

// One call. Raises Unreachable without an answer, KeyNeeded, Trouble where it makes sense to ask again later.
export async function call(path, key, { body, etag, patience = PATIENCE, given = new AbortController() } = {}) {
  const headers = {};
  if (key) headers.authorization = `Bearer ${key}`;
  if (etag) headers["if-none-match"] = etag;
  if (body) headers["content-type"] = "application/json";
  const timer = setTimeout(() => given.abort(), patience);
  let answer;
  try {
    const method = body ? "POST" : "GET";
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store", signal: given.signal });
    answer.read = answer.status === 304 ? null : await answer.json();
  } catch (fault) {
    if (fault instanceof SyntaxError) throw new Trouble("What answers is not the server.");
    throw new Unreachable(String(fault));
  } finally {
    clearTimeout(timer);
  }
  if (answer.status === 401) throw new KeyNeeded(answer.read.detail);
  if (answer.status === 403 || answer.status === 404) throw new Trouble(sentence(answer.read.detail));
  if (answer.status >= 500 || AGAIN.has(answer.status)) throw new Trouble("The server is in trouble.");
  return answer;
}

// Sends what waits of this machine. Of two pages on one device only one sends at a time.
export function sendAll(place, key, told) {
  const send = () => sendInOrder(place, key, told);
  return navigator.locks ? navigator.locks.request(`send ${place}`, send) : send();
}

async function sendInOrder(place, key, told) {
  for (const report of await reportsOf(place)) {
    if (report.state !== "waiting") continue;
    const answer = await call(report.path, key, { body: report.body });
    const reason = refusal(answer);
    await changeReport({ ...report, state: reason ? "refused" : "sent", reason });
    await told();
  }
}

// Why the API has not taken it, in its words; "" where it has.
function refusal(answer) {
  if (!answer.ok) return sentence(answer.read.detail ?? "The API refuses it.");
  const [refused] = answer.read.rejected ?? [];
  if (!refused) return "";
  const kept = refused.quarantine === null ? "" : ` The planner finds it under rejected reports, no. ${refused.quarantine}.`;
  return sentence(refused.reason.replace(NAMED, "")) + kept;
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
