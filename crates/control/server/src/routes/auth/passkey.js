// Passkeys on the server's own pages: asks the browser, and sends what it answers.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || answer.title);
  return answer;
}

function options(given) {
  const made = { ...given, challenge: bytes(given.challenge) };
  if (given.user) made.user = { ...given.user, id: bytes(given.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (given[list]) made[list] = given[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return made;
}

function credential(made) {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, extensions: {} };
}

function tell(message) {
  const place = document.getElementById("told");
  place.textContent = message;
  place.hidden = false;
}

async function enter(form) {
  const begun = await post("/api/v1/passkeys/sign-ins", {});
  const made = await navigator.credentials.get({ publicKey: options(begun.public_key) });
  const back = form.elements.back.value;
  const answer = await post("/auth/passkey", { ceremony: begun.ceremony, credential: credential(made), back });
  location.assign(answer.to);
}

async function add(form) {
  const password = form.elements.password.value;
  const begun = await post("/api/v1/passkeys/registrations", password ? { password } : {});
  const made = await navigator.credentials.create({ publicKey: options(begun.public_key) });
  const name = form.elements.name.value;
  await post("/api/v1/passkeys", { ceremony: begun.ceremony, name, credential: credential(made) });
  location.reload();
}

for (const [id, act] of [["enter", enter], ["add", add]]) {
  const form = document.getElementById(id);
  if (!form) continue;
  if (!window.PublicKeyCredential) {
    tell("This browser has no passkeys, or the page came without TLS.");
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form).catch((error) => tell(error.name === "NotAllowedError" ? "The browser gave no passkey." : error.message));
  });
}
