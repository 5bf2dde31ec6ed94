// Opens each page of the documentation in a frame as wide as a phone, and posts what is cut off: the page does not scroll sideways.
const PHONE = 390;
const pages = await (await fetch("/driver/pages")).json();
const frame = document.body.appendChild(document.createElement("iframe"));
frame.style.width = `${PHONE}px`;
frame.style.height = "800px";
frame.style.border = "0";
const wide = {};
let highest = 0;
for (const page of pages) {
  await new Promise((loaded) => {
    frame.onload = loaded;
    frame.src = `/${page}`;
  });
  const root = frame.contentDocument.documentElement;
  const cut = [...root.querySelectorAll("article *")].find(
    (each) => each.getBoundingClientRect().right > PHONE + 1 && !each.closest(".table-wrapper, pre"),
  );
  if (cut) wide[page] = cut.outerHTML.slice(0, 200);
  highest = Math.max(highest, root.scrollHeight);
}
await fetch("/driver/report", {method: "POST", body: JSON.stringify({wide, highest})});
