// The script of the agent's page: it asks what to do, does it with what browsers have for pages, and reports
// what a page could know of it. It is the script of the sandboxed frame as well.
"use strict";

const REFUSED = { result: "refused" };
const SENT = { result: "sent" };

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const never = () => new Promise(() => {});

// Give the type of the first of these events.
const first = (target, ...types) =>
  new Promise((resolve) => types.forEach((type) => target.addEventListener(type, () => resolve(type), { once: true })));

const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

// Add an element that loads something; give whether it could.
async function load(element, step) {
  if (step.referrer_policy) element.referrerPolicy = step.referrer_policy;
  const event = first(element, "load", "error");
  document.body.append(element);
  const loaded = (await event) === "load";
  element.remove();
  return loaded;
}

function withCrossorigin(element, step) {
  if (step.crossorigin !== null) element.crossOrigin = step.crossorigin;
  return element;
}

const readable = (status, body, names, get) => ({
  result: "readable",
  status,
  body,
  headers: names.map((name) => [name.toLowerCase(), get(name)]).filter(([, value]) => value !== null),
});

// Give what is known of the last load of a URL. Engines tell of it some time after it, and WebKit never of a
// fetch that was refused.
async function entryOf(url) {
  for (let tries = 0; tries < 200; tries++) {
    const entry = performance.getEntriesByName(url).at(-1);
    if (entry) return entry;
    await sleep(10);
  }
  return undefined;
}

const acts = {
  async fetch(step) {
    const { method, headers, body, mode, credentials, redirect } = step;
    const init = { method, headers, mode, credentials, redirect };
    if (body !== null) init.body = body;
    if (step.cache !== "default") init.cache = step.cache;
    if (step.referrer_policy) init.referrerPolicy = step.referrer_policy;
    try {
      const response = await fetch(step.url, init);
      // It is there with its first byte: what comes next would not find it in WebKit's cache before its last.
      if (response.type === "opaque") await entryOf(step.url);
      if (response.type.startsWith("opaque")) return { result: "opaque" };
      return readable(response.status, await response.text(), step.read, (name) => response.headers.get(name));
    } catch (error) {
      if (error instanceof TypeError) return REFUSED;
      throw error;
    }
  },

  async xhr(step) {
    const request = new XMLHttpRequest();
    if (step.upload_listener) request.upload.onprogress = () => {};
    try {
      request.open(step.method, step.url);
      request.withCredentials = step.credentials === "include";
      step.headers.forEach(([name, value]) => request.setRequestHeader(name, value));
    } catch {
      return REFUSED;
    }
    const event = first(request, "load", "error");
    request.send(step.body);
    if ((await event) === "error") return REFUSED;
    return readable(request.status, request.responseText, step.read, (name) => request.getResponseHeader(name));
  },

  async image(step) {
    const image = withCrossorigin(make("img"), step);
    image.src = step.url;
    if (!(await load(image, step))) return REFUSED;
    const context = make("canvas", { width: 1, height: 1 }).getContext("2d");
    context.drawImage(image, 0, 0);
    try {
      context.getImageData(0, 0, 1, 1);
      return { result: "readable" };
    } catch {
      return { result: "opaque" };
    }
  },

  // It must throw: what the page learns of that tells whether its errors are muted.
  async script(step) {
    const messages = [];
    const listener = (event) => {
      messages.push(event.message);
      event.preventDefault();
    };
    window.addEventListener("error", listener);
    const loaded = await load(withCrossorigin(make("script", { src: step.url }), step), step);
    window.removeEventListener("error", listener);
    if (!loaded) return REFUSED;
    if (!messages.length) throw new Error("the script has thrown nothing");
    return { result: messages.some((message) => message !== "Script error.") ? "readable" : "opaque" };
  },

  // By preload, as that needs no real font to succeed. Tempting: new FontFace(url).load(), but WebKitGTK
  // loads those without CORS. Firefox fires "load" at a preload that CORS refuses, too; its status is 0 then
  // (https://w3c.github.io/resource-timing/#dom-performanceresourcetiming-responsestatus).
  async font(step) {
    const link = make("link", { rel: "preload", as: "font", crossOrigin: "anonymous", href: step.url });
    if (!(await load(link, step))) return REFUSED;
    return (await entryOf(step.url))?.responseStatus === 0 ? REFUSED : { result: "readable" };
  },

  async form(step) {
    const form = make("form", { action: step.url, method: step.method, enctype: step.enctype, hidden: true });
    step.fields.forEach(([name, value]) => form.append(make("input", { type: "hidden", name, value })));
    document.body.append(form);
    if (step.target === "top") {
      form.target = "_top";
      form.submit();
      return never();
    }
    const frame = make("iframe", { name: `frame-${Math.random()}`, hidden: true, srcdoc: "<!doctype html>" });
    const ready = first(frame, "load");
    document.body.append(frame);
    await ready;
    form.target = frame.name;
    const answered = first(frame, "load");
    form.submit();
    await answered;
    form.remove();
    frame.remove();
    return SENT;
  },

  async beacon(step) {
    const data = step.content_type ? new Blob([step.body ?? ""], { type: step.content_type }) : step.body;
    return navigator.sendBeacon(step.url, data) ? SENT : REFUSED;
  },

  async eventsource(step) {
    const source = new EventSource(step.url, { withCredentials: step.credentials === "include" });
    const event = await first(source, "message", "error");
    source.close();
    return event === "message" ? { result: "readable" } : REFUSED;
  },

  async websocket(step) {
    const socket = new WebSocket(step.url.replace(/^http/, "ws"));
    if ((await first(socket, "open", "error")) === "error") return REFUSED;
    const closed = first(socket, "close");
    socket.close();
    await Promise.race([closed, sleep(1000)]);
    return { result: "open" };
  },

  async navigate(step) {
    location.assign(step.url);
    return never();
  },

  async timing(step) {
    const entry = await entryOf(step.url);
    if (!entry) return REFUSED;
    return { result: entry.requestStart > 0 || entry.responseStart > 0 ? "readable" : "opaque" };
  },

  async wait(step) {
    await sleep(step.seconds * 1000);
    return SENT;
  },
};

// Do a step and give its outcome, or an error that names it.
async function once(step, bound) {
  const seconds = bound + step.seconds;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([acts[step.do](step), late]);
  } catch (error) {
    return { error: `${step.do} ${step.url}: ${error}` };
  } finally {
    clearTimeout(timer);
  }
}

async function doAll({ steps, parallel, bound }) {
  if (parallel) return Promise.all(steps.map((step) => once(step, bound)));
  const results = [];
  for (const step of steps) {
    results.push(await once(step, bound));
    if (results.at(-1).error) break;
  }
  return results;
}

// Ask for something that needs a preflight until there is none, if there is an address for that.
async function warmUp(url) {
  for (let tries = 0; url && tries < 20; tries++) {
    const answer = await fetch(url, { method: "PUT" });
    if ((await answer.text()) === "kept") return;
  }
}

async function doSandboxed(job, warm) {
  const script = document.getElementById("agent").textContent;
  const srcdoc = `<!doctype html><body><script>${script}</` + "script>";
  const frame = make("iframe", { sandbox: "allow-scripts allow-forms", srcdoc });
  const ready = first(frame, "load");
  document.body.append(frame);
  await ready;
  const results = new Promise((resolve) => {
    const listener = (event) => {
      if (event.source !== frame.contentWindow) return;
      window.removeEventListener("message", listener);
      resolve(event.data);
    };
    window.addEventListener("message", listener);
  });
  frame.contentWindow.postMessage({ job, warm }, "*");
  await results;
  frame.remove();
  return results;
}

async function ask(question) {
  for (;;) {
    try {
      const answer = await fetch("poll", { method: "POST", body: JSON.stringify(question), cache: "no-store" });
      return await answer.json();
    } catch {
      await sleep(200);
    }
  }
}

async function work(number, warm) {
  await warmUp(warm);
  let results = null;
  for (;;) {
    const { stop, go, job } = await ask({ document: number, results });
    results = null;
    if (stop) return;
    // Until it has gone: an engine that is starting a process for another site may lose the first call.
    while (go) {
      location.replace(go);
      await sleep(10000);
    }
    if (job) results = await (job.sandboxed ? doSandboxed(job, warm) : doAll(job));
  }
}

// More than one job may ask for: 250 is the default.
performance.setResourceTimingBufferSize(10000);
if (window === window.top) {
  const given = document.getElementById("agent").dataset;
  // A document that is still loading is replaced by its own navigations in the history.
  addEventListener("load", () => work(Number(given.document), given.warm));
} else {
  addEventListener("message", async ({ data: { job, warm } }) => {
    await warmUp(warm);
    parent.postMessage(await doAll(job), "*");
  });
}
