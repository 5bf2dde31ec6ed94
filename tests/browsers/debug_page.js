// Uses the debug page as a person does, and reports what it has found.
const report = {};

async function until(find, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

function press(target, key) {
  target.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
}

const visible = () => [...document.querySelectorAll(".inventory tbody tr")].filter((row) => row.offsetHeight > 0);

try {
  const form = document.querySelector("#ask form");
  form.elements.origin.value = "https://evil.example";
  form.elements.path.value = "/orders/7";
  form.elements.method.value = "PUT";
  form.requestSubmit();
  report.answer = (await until(() => document.querySelector("#answer h3"), "the answer")).textContent;
  report.address = location.search;

  const filter = document.getElementById("filter");
  press(document, "/");
  report.focused = document.activeElement.id;
  filter.value = "put orders";
  filter.dispatchEvent(new Event("input", {bubbles: true}));
  report.filtered = [visible().length, document.getElementById("shown").value];
  filter.value = "nothing has this";
  filter.dispatchEvent(new Event("input", {bubbles: true}));
  report.none = document.getElementById("none").offsetHeight > 0;
  press(filter, "Escape");
  report.emptied = [filter.value, visible().length];

  await fetch("/driver/refuse");
  const refusal = await until(() => document.querySelector("#refused li"), "the refusal");
  report.refusal = refusal.querySelector("strong").textContent;
  document.getElementById("answer").textContent = "";
  refusal.querySelector("button").click();
  await until(() => document.querySelector("#answer h3"), "the answer about the refusal");
  report.asked = [form.elements.method.value, form.elements.path.value];

  // A keyboard user goes from one control to the next in the order of the page.
  const controls = [...document.querySelectorAll("a[href], button, input, select, summary")];
  report.out_of_order = controls.filter((each) => each.tabIndex !== 0).length;
  report.too_wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
  report.styled = getComputedStyle(document.querySelector(".band")).backgroundColor !== "rgba(0, 0, 0, 0)";
} catch (error) {
  report.error = String(error);
}
await fetch("/driver/report", {method: "POST", body: JSON.stringify(report)});
