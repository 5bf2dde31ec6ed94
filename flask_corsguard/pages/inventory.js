// The filter of the inventory: a line stays if it has all the words that are typed.
const field = document.getElementById("filter");
const shown = document.getElementById("shown");
const none = document.getElementById("none");
const rows = [...document.querySelectorAll(".inventory tbody tr")].map((row) => ({
  row, text: row.textContent.toLowerCase(),
}));

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const {row, text} of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    count += row.hidden ? 0 : 1;
  }
  shown.value = words.length ? `${count} of ${rows.length}` : `${rows.length} lines`;
  none.hidden = count > 0 || rows.length === 0;
}

field.addEventListener("input", filter);
field.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && field.value) {
    field.value = "";
    filter();
    event.preventDefault();
  }
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    field.focus();
    event.preventDefault();
  }
});
filter();
