"use strict";

const bank = document.body.dataset.bank;
const euros = (amount) => `€${amount.toLocaleString("en")}`;
const unique = () => `${Date.now()}-${Math.random().toString(36).slice(2)}`;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/* What a page can ask: each gives { ok, text, node? }, where ok means that it got what it asked for. */

async function textOf(response) {
  if (!response.ok) return response.statusText;
  return JSON.stringify(await response.json(), null, 1).replace(/\n */g, " ");
}

async function byFetch(attempt, url) {
  try {
    const response = await fetch(url, {
      method: attempt.method,
      headers: attempt.headers,
      body: attempt.body,
      credentials: attempt.credentials ? "include" : "omit",
    });
    const number = response.headers.get("X-Statement-Number");
    const exposed = number ? `\nX-Statement-Number: ${number}` : "";
    return { ok: true, text: `${response.status} ${await textOf(response)}${exposed}` };
  } catch (error) {
    return { ok: false, text: `${error.name}: ${error.message}` };
  }
}

function loadImage(url, crossOrigin) {
  return new Promise((resolve) => {
    const image = new Image(48, 48);
    image.alt = "The bank’s logo";
    if (crossOrigin) image.crossOrigin = crossOrigin;
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = url;
  });
}

async function byImage(attempt, url) {
  const image = await loadImage(url);
  return image ? { ok: true, text: "", node: image } : { ok: false, text: "An error event, and no image." };
}

async function byPixels(attempt, url) {
  const image = await loadImage(url, "anonymous");
  if (!image) return { ok: false, text: "An error event, and no image." };
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 48, 48);
  const [red, green, blue] = context.getImageData(24, 6, 1, 1).data;
  return { ok: true, text: `A pixel near the top is rgb(${red}, ${green}, ${blue}).` };
}

async function byForm(attempt, url) {
  const frame = document.createElement("iframe");
  frame.name = unique();
  frame.hidden = true;
  document.body.append(frame);
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: url, target: frame.name, hidden: true });
  for (const [name, value] of new URLSearchParams(attempt.body)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
  form.submit();
  await Promise.race([loaded, pause(8000)]);
  const open = frame.contentDocument !== null;
  frame.remove();
  form.remove();
  return { ok: open, text: "A frame that has loaded something; what, the page may not see." };
}

const ways = { fetch: byFetch, image: byImage, pixels: byPixels, form: byForm };

/* What the bank's own log says of one press of a button. */

async function seenByBank(press) {
  try {
    return await (await fetch(`${bank}/log?press=${press}`)).json();
  } catch {
    return [];
  }
}

/* From what happened to plain words. */

function verdictOf(attempt, got, actual) {
  if (actual && actual.after !== null) {
    return got.ok ? ["alarm", "Carried out"] : ["alarm", "Carried out, unseen"];
  }
  if (attempt.how === "image" && got.ok) return ["plain", "Shown, not readable"];
  if (got.ok) return ["good", "Readable"];
  return actual ? ["shut", "Answer hidden"] : ["shut", "Not sent"];
}

function browserDid(attempt, preflight, actual) {
  const cookie = actual && (actual.cookie ? "with Alice’s cookie" : "without a cookie");
  if (preflight && actual) return `Asked the bank first, was allowed to, and sent the ${attempt.method} ${cookie}.`;
  if (actual) return `Sent it straight away, ${cookie}.`;
  if (!preflight) return "Sent nothing that reached the bank.";
  const refusal = preflight.status === 204 ? "was told what is allowed, and this is not" : "was refused";
  return `Asked the bank first, ${refusal}; so it never sent the ${attempt.method}.`;
}

function bankSaw(seen, actual) {
  const nodes = seen.map((entry) => {
    const chip = document.createElement("span");
    chip.className = "chip";
    chip.textContent = `${entry.method} → ${entry.status}`;
    return chip;
  });
  if (actual && actual.after !== null) {
    const moved = document.createElement("strong");
    moved.textContent = `Balance ${euros(actual.before)} → ${euros(actual.after)}`;
    nodes.push(moved);
  }
  if (!nodes.length) return ["Nothing."];
  const header = document.createElement("code");
  const allowed = seen[seen.length - 1].allow_origin;
  header.className = "header";
  header.textContent = `${allowed ? "" : "no "}Access-Control-Allow-Origin${allowed ? `: ${allowed}` : ""}`;
  return [...nodes, header];
}

function whyOf(attempt, got, seen, actual) {
  if (actual && actual.status === 401) return "Nobody is signed in, so the bank had nothing to give. Sign Alice in first.";
  if (actual && actual.status === 409) return "There is not enough left on the account. Start again on the bank’s page.";
  if (attempt.why && actual && (actual.after !== null || attempt.how === "image")) return attempt.why;
  return seen.length ? seen[seen.length - 1].why : "The bank saw nothing of it: is the demo still running?";
}

function show(card, facts) {
  const list = card.querySelector("dl");
  while (list.children.length > 1) list.lastElementChild.remove();
  for (const [term, content] of facts) {
    const row = document.createElement("div");
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term;
    dd.append(...content);
    row.append(dt, dd);
    list.append(row);
  }
}

function badge(element, tone, words) {
  return Object.assign(element, { className: `badge ${tone}`, textContent: words });
}

async function press(card) {
  const attempt = JSON.parse(card.dataset.try);
  const id = unique();
  card.setAttribute("aria-busy", "true");
  const got = await ways[attempt.how](attempt, `${bank}${attempt.path}?press=${id}`);
  const seen = await seenByBank(id);
  const preflight = seen.find((entry) => entry.preflight);
  const actual = seen.find((entry) => !entry.preflight);
  const [tone, words] = verdictOf(attempt, got, actual);
  const answer = got.node || Object.assign(document.createElement("code"), { textContent: got.text });
  show(card, [
    ["Browser", [browserDid(attempt, preflight, actual)]],
    ["Bank", bankSaw(seen, actual)],
    ["Page gets", [answer]],
    ["Why", [whyOf(attempt, got, seen, actual)]],
  ]);
  badge(card.querySelector(".badge"), tone, words);
  card.removeAttribute("aria-busy");
  return [tone, words];
}

async function runAll(cards) {
  const button = document.getElementById("run-all");
  const count = new Map();
  button.disabled = true;
  for (const card of cards) {
    const verdict = (await press(card)).join("|");
    count.set(verdict, (count.get(verdict) || 0) + 1);
  }
  button.disabled = false;
  const badges = [...count].map(([verdict, times]) => {
    const [tone, words] = verdict.split("|");
    return badge(document.createElement("span"), tone, `${times} × ${words.toLowerCase()}`);
  });
  document.getElementById("summary").replaceChildren(...badges);
}

/* The bank's own page shows its state as it changes. */

async function follow() {
  for (;;) {
    await pause(1000);
    if (document.hidden) continue;
    try {
      const text = await (await fetch("/live")).text();
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const id of ["balance", "seen"]) {
        const [here, there] = [document.getElementById(id), page.getElementById(id)];
        if (here.innerHTML !== there.innerHTML) here.innerHTML = there.innerHTML;
      }
    } catch {
      // The demo has ended, or is about to come back.
    }
  }
}

const cards = [...document.querySelectorAll(".try")];
for (const card of cards) {
  card.querySelector("button").addEventListener("click", () => press(card));
}
if (cards.length) {
  document.getElementById("run-all").addEventListener("click", () => runAll(cards));
  if (new URLSearchParams(location.search).get("run") === "all") runAll(cards);
} else {
  follow();
}
