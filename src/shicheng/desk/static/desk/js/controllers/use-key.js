// Forms marked data-key add a security key or sign in with one (WebAuthn). The server asks (data-ask), the key answers,
// the answer goes back (data-answer) and says where to go on. Where the browser can't, the forms stay hidden.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function send(address, form, body) {
  const headers = { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value };
  if (!(body instanceof FormData)) { headers["Content-Type"] = "application/json"; body = JSON.stringify(body); }
  const answer = await fetch(address, { method: "POST", headers, body, redirect: "error" });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.message);
  return said;
}

class Refused extends Error {}

async function add(form) {
  const { publicKey } = await send(form.dataset.ask, form, new FormData(form));
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey, challenge: toBytes(publicKey.challenge), user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
    excludeCredentials: named(publicKey.excludeCredentials),
  } });
  return { ...whole(made), response: {
    clientDataJSON: toText(made.response.clientDataJSON), attestationObject: toText(made.response.attestationObject),
  } };
}

async function sign(form) {
  const { publicKey } = await send(form.dataset.ask, form, new FormData(form));
  const given = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: toBytes(publicKey.challenge), allowCredentials: named(publicKey.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = given.response;
  return { ...whole(given), response: {
    clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData), signature: toText(signature),
    ...(userHandle ? { userHandle: toText(userHandle) } : {}),
  } };
}

const whole = (key) => ({ id: key.id, rawId: toText(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults() });

export function useKeys(root) {
  if (!window.PublicKeyCredential) return;
  for (const note of root.querySelectorAll("[data-key-absent]")) note.hidden = true;
  for (const form of root.querySelectorAll("form[data-key]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const problem = form.querySelector("[data-problem]");
      button.disabled = true;
      problem.hidden = true;
      try {
        const answer = await (form.dataset.key === "add" ? add : sign)(form);
        const { next } = await send(form.dataset.answer, form, answer);
        location.assign(next);
      } catch (error) {
        problem.textContent = error instanceof Refused ? error.message : problem.dataset.refused;
        problem.hidden = false;
        button.disabled = false;
      }
    });
  }
}
