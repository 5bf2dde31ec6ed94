import { ways } from "./attempts.js";
import { browserDid, verdictOf, whyOf } from "./words.js";

const bank = document.body.dataset.bank;
const euros = (amount) => `€${amount.toLocaleString("en")}`;
const unique = () => `${Date.now()}-${Math.random().toString(36).slice(2)}`;

/* What the bank's own log has of one press of a button. */

async function seenByBank(press) {
  try {
    return await (await fetch(`${bank}/log?press=${press}`)).json();
  } catch {
    return [];
  }
}

async function tellOfGuard() {
  const line = document.getElementById("guard");
  try {
    const { on } = await (await fetch(`${bank}/guard`)).json();
    line.className = `told ${on ? "on" : "off"}`;
    line.querySelector("b").textContent = on ? "The bank’s guard is on." : "The bank’s guard is off.";
    line.querySelector("span").textContent = on
      ? "It refuses the two transfers below before the bank’s code runs."
      : "Nothing stops the two transfers below; CORS hides only their answers.";
    line.hidden = false;
  } catch {
    line.hidden = true;
  }
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
  if (actual && actual.refused) {
    const untouched = document.createElement("strong");
    untouched.className = "calm";
    untouched.textContent = "Refused, balance untouched";
    nodes.push(untouched);
  }
  if (!nodes.length) return ["Nothing."];
  const header = document.createElement("code");
  const allowed = seen[seen.length - 1].allow_origin;
  header.className = "header";
  header.textContent = `${allowed ? "" : "no "}Access-Control-Allow-Origin${allowed ? `: ${allowed}` : ""}`;
  return [...nodes, header];
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
  tellOfGuard();
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

const cards = [...document.querySelectorAll(".try")];
for (const card of cards) {
  card.querySelector("button").addEventListener("click", () => press(card));
}
document.getElementById("run-all").addEventListener("click", () => runAll(cards));
// The switch is on the bank's page: look again when the reader comes back from there.
document.addEventListener("visibilitychange", () => document.hidden || tellOfGuard());
addEventListener("focus", tellOfGuard);
await tellOfGuard();
if (new URLSearchParams(location.search).get("run") === "all") runAll(cards);
