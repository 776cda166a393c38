// A small client of the tus protocol 1.0: begins files, sends pieces with their SHA-256, goes on after a break.
import { base64, hex, sha256 } from "./sha256.js";

const SMALLEST = 1 << 20, LARGEST = 16 << 20; // bytes of a piece
const QUICK = 1500, SLOW = 6000; // milliseconds a piece should take at least and at most
const LONGEST_WAIT = 15000; // milliseconds between two tries
const PIECE = "application/offset+octet-stream";

// The server said no, with a reason to be shown. `status` 0: it was not reached at all.
export class Refused extends Error {
  constructor(status, told) {
    super([told.detail, told.hint].filter(Boolean).join(" "));
    this.status = status;
    this.code = told.code || "";
  }
  // It may go well a moment later, or from another offset.
  get passes() { return this.status === 0 || [409, 460].includes(this.status) || (this.status >= 500 && this.status !== 507); }
}
export class Stopped extends Error {}

const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
const utf8 = (text) => base64(new TextEncoder().encode(text));
export const metadata = (values) => Object.entries(values).map(([name, value]) => `${name} ${utf8(value)}`).join(",");

export function ask(method, address, { headers = {}, body = null, signal, onSent } = {}) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", "X-CSRFToken": token(), ...headers })) request.setRequestHeader(name, value);
    if (onSent) request.upload.addEventListener("progress", (event) => onSent(event.loaded));
    const stop = () => request.abort();
    signal?.addEventListener("abort", stop);
    const end = () => signal?.removeEventListener("abort", stop);
    request.addEventListener("load", () => {
      end();
      // Whoever is signed out is led to another page, which is no answer to us.
      const own = request.getResponseHeader("Tus-Resumable") !== null;
      if (own && request.status < 300) { done(request); return; }
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* a page, not an answer to a script */ }
      failed(new Refused(own || request.status >= 500 ? request.status : 401, told));
    });
    request.addEventListener("error", () => { end(); failed(new Refused(0, {})); });
    request.addEventListener("abort", () => { end(); failed(new Stopped()); });
    if (signal?.aborted) { failed(new Stopped()); return; }
    request.send(body);
  });
}

export async function askJson(method, address, told, signal) {
  const answer = await ask(method, address, { headers: told ? { "Content-Type": "application/json" } : {}, body: told ? JSON.stringify(told) : null, signal });
  return JSON.parse(answer.responseText);
}

// Waits until it is time for the next try, the network comes back, or the person has enough.
function pause(tries, signal) {
  return new Promise((done, failed) => {
    const stop = () => { end(); failed(new Stopped()); };
    const go = () => { end(); done(); };
    const timer = setTimeout(go, Math.min(LONGEST_WAIT, 300 * 2 ** tries));
    const end = () => { clearTimeout(timer); window.removeEventListener("online", go); signal?.removeEventListener("abort", stop); };
    window.addEventListener("online", go);
    signal?.addEventListener("abort", stop);
  });
}

// Tries until it goes well or is refused for good.
export async function insist(act, { signal, onTrouble = () => {} }) {
  for (let tries = 0; ; tries++) {
    try { return await act(); } catch (error) {
      if (!(error instanceof Refused) || !error.passes) throw error;
      onTrouble(error);
      await pause(error.status === 409 || error.status === 460 ? 0 : tries, signal);
    }
  }
}

async function cut(file, from, size) {
  const buffer = await file.slice(from, Math.min(file.size, from + size)).arrayBuffer();
  return { from, buffer, digest: await sha256(buffer) };
}

export class Sender {
  constructor({ signal, onSent = () => {}, onTrouble = () => {} }) {
    Object.assign(this, { signal, onSent, onTrouble, size: 4 << 20 });
  }

  // Begins a file and sends it; a small one goes along with its beginning. Returns its address.
  async begin(creation, file, values) {
    const headers = { "Upload-Length": String(file.size), "Upload-Metadata": metadata(values) };
    let body = null;
    if (file.size && file.size <= SMALLEST) {
      const piece = await cut(file, 0, file.size);
      Object.assign(headers, { "Content-Type": PIECE, "Upload-Checksum": `sha256 ${base64(piece.digest)}` });
      body = piece.buffer;
    }
    const made = await this.insist(() => ask("POST", creation, { headers, body, signal: this.signal }));
    const offset = Number(made.getResponseHeader("Upload-Offset") || 0);
    this.onSent(file, offset);
    const address = made.getResponseHeader("Location");
    if (offset < file.size) await this.goOn(address, file, offset);
    return address;
  }

  // Sends the rest of a file from `offset`.
  async goOn(address, file, offset) {
    let known = true;
    let next = null;
    const onTrouble = (error) => { known = false; next = null; this.onTrouble(error); };
    while (offset < file.size) {
      offset = await insist(async () => {
        if (!known) {
          const asked = await ask("HEAD", address, { signal: this.signal });
          offset = Number(asked.getResponseHeader("Upload-Offset"));
          known = true;
          this.onSent(file, offset);
          if (offset >= file.size) return offset;
        }
        const piece = next?.from === offset ? await next.cut : await cut(file, offset, this.size);
        const after = piece.from + piece.buffer.byteLength;
        // While this one is on its way the next is read and its digest made.
        next = after < file.size ? { from: after, cut: cut(file, after, this.size) } : null;
        next?.cut.catch(() => {});
        const began = performance.now();
        const answer = await ask("PATCH", address, {
          headers: { "Content-Type": PIECE, "Upload-Offset": String(piece.from), "Upload-Checksum": `sha256 ${base64(piece.digest)}` },
          body: piece.buffer, signal: this.signal, onSent: (loaded) => this.onSent(file, piece.from + loaded),
        });
        this.measure(performance.now() - began);
        return Number(answer.getResponseHeader("Upload-Offset"));
      }, { signal: this.signal, onTrouble });
      this.onSent(file, offset);
    }
  }

  measure(took) {
    if (took < QUICK) this.size = Math.min(LARGEST, this.size * 2);
    else if (took > SLOW) this.size = Math.max(SMALLEST, this.size / 2);
  }

  insist(act) { return insist(act, { signal: this.signal, onTrouble: this.onTrouble }); }
}

// Tells whether what was sent of a file is what `file` begins with; `onRead` hears of every stretch compared.
export async function isSame(file, segments, onRead = () => {}, signal = null) {
  let at = 0;
  for (const [length, digest] of segments) {
    if (signal?.aborted) throw new Stopped();
    const buffer = await file.slice(at, at + length).arrayBuffer();
    if (buffer.byteLength !== length || hex(await sha256(buffer)) !== digest) return false;
    at += length;
    onRead(length);
  }
  return true;
}
