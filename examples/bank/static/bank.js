/* The bank's own page shows its state as it changes. */

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function follow() {
  for (;;) {
    await pause(1000);
    if (document.hidden) continue;
    try {
      const text = await (await fetch("/live")).text();
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const id of ["balance", "guard", "seen"]) {
        const [here, there] = [document.getElementById(id), page.getElementById(id)];
        if (here.innerHTML !== there.innerHTML) here.innerHTML = there.innerHTML;
      }
    } catch {
      // The demo has ended, or is about to come back.
    }
  }
}

follow();
