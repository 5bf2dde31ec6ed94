// The debug page: answers without a reload, and the refusals as they come.
const base = document.querySelector("main").dataset.base;
const form = document.querySelector("#ask form");
const answer = document.getElementById("answer");
const list = document.getElementById("refused");
const quiet = document.getElementById("quiet");
const KEPT = 200;

async function ask() {
  const asked = new URLSearchParams(new FormData(form));
  answer.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`${base}/answer?${asked}`);
    // The server has escaped what was asked.
    answer.innerHTML = await response.text();
  } catch (error) {
    answer.textContent = `The server does not answer (${error.message}).`;
  }
  answer.removeAttribute("aria-busy");
  history.replaceState(null, "", `${base}?${asked}#ask`);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function line(refusal, isNew) {
  const item = document.createElement("li");
  if (isNew) item.className = "new";
  item.append(element("time", refusal.time));
  const about = document.createElement("div");
  const method = refusal.requested ?? refusal.method;
  const what = element("div", "");
  what.append(element("strong", refusal.what), " ", element("code", `${method} ${refusal.path}`),
    ` from ${refusal.origin ?? "no Origin"}: `, element("code", refusal.reason), ` (${refusal.source})`);
  about.append(what, element("div", refusal.sentence, "sentence"));
  item.append(about);
  if (refusal.origin) {
    const button = element("button", "Ask", "small");
    button.type = "button";
    button.setAttribute("aria-label", `Ask about ${method} ${refusal.path} from ${refusal.origin}`);
    button.addEventListener("click", () => {
      form.elements.origin.value = refusal.origin;
      form.elements.path.value = refusal.path;
      form.elements.headers.value = refusal.headers ?? "";
      form.elements.manner.value = "cors";
      form.elements.method.value = method;
      ask();
      document.getElementById("ask").scrollIntoView();
    });
    item.append(button);
  }
  return item;
}

let last = 0;
let start = null;
async function refresh() {
  try {
    const response = await fetch(`${base}/refusals?after=${last}`);
    const found = await response.json();
    if (found.start !== start && start !== null) {
      // The server restarts when its code changes, and counts from one again.
      [start, last] = [found.start, 0];
      list.replaceChildren();
      return;
    }
    for (const refusal of found.refusals) {
      list.prepend(line(refusal, start !== null));
      last = refusal.number;
    }
    start = found.start;
    while (list.children.length > KEPT) list.lastChild.remove();
    quiet.hidden = list.children.length > 0;
  } catch {
    // The server is restarting.
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, 1000);
refresh();
