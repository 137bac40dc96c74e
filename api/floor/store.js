// What the device keeps, in IndexedDB: reports until the server has them, the last list, the key, who works.

const NAME = "rejig-terminal";
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("reports", { keyPath: "number", autoIncrement: true });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// Runs `work` on one store and answers, when all of it is on the disk, what its request found.
async function within(store, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const keep = (name, value) => within("kept", "readwrite", (store) => store.put(value, name));
export const kept = (name) => within("kept", "readonly", (store) => store.get(name));

// A report: {place, path, body, words, at, state: "waiting" | "sent" | "refused", reason}. Numbers rise as they are made.
export const addReports = (reports) =>
  within("reports", "readwrite", (store) => {
    let last = null;
    for (const report of reports) last = store.add(report);
    return last;
  });
export const changeReport = (report) => within("reports", "readwrite", (store) => store.put(report));
export const dropReports = (numbers) =>
  within("reports", "readwrite", (store) => {
    for (const number of numbers) store.delete(number);
  });
export async function reportsOf(place) {
  const all = await within("reports", "readonly", (store) => store.getAll());
  return all.filter((report) => report.place === place);
}
