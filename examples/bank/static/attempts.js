/* What a page can ask: each gives { ok, text, node? }, where ok means that it got what it asked for. */

async function textOf(response) {
  if (!response.ok) return response.statusText;
  return JSON.stringify(await response.json(), null, 1).replace(/\n */g, " ");
}

async function byFetch(attempt, url) {
  try {
    const response = await fetch(url, {
      method: attempt.method,
      mode: attempt.mode,
      headers: attempt.headers,
      body: attempt.body,
      credentials: attempt.credentials ? "include" : "omit",
    });
    if (response.type === "opaque") return { ok: false, text: "An opaque answer: no status, no headers, no text." };
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
  frame.name = `frame-${Math.random()}`;
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
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 8000))]);
  const open = frame.contentDocument !== null;
  frame.remove();
  form.remove();
  return { ok: open, text: "A frame that has loaded something; what, the page may not see." };
}

export const ways = { fetch: byFetch, image: byImage, pixels: byPixels, form: byForm };
