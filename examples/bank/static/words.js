/* From what happened to plain words. */

export function verdictOf(attempt, got, actual) {
  if (actual && actual.refused) return ["kept", "Refused by the bank"];
  if (actual && actual.after !== null) {
    return got.ok ? ["alarm", "Carried out"] : ["alarm", "Carried out, unseen"];
  }
  if (attempt.how === "image" && got.ok) return ["plain", "Shown, not readable"];
  if (got.ok) return ["good", "Readable"];
  return actual ? ["shut", "Answer hidden"] : ["shut", "Not sent"];
}

export function browserDid(attempt, preflight, actual) {
  const cookie = actual && (actual.cookie ? "with Alice’s cookie" : "without a cookie");
  if (preflight && actual) return `Asked the bank first, was allowed to, and sent the ${attempt.method} ${cookie}.`;
  if (actual) return `Sent it straight away, ${cookie}.`;
  if (!preflight) return "Sent nothing that reached the bank.";
  const refusal = preflight.status === 204 ? "got the list of what is allowed, and this is not on it" : "was refused";
  return `Asked the bank first, ${refusal}; so it never sent the ${attempt.method}.`;
}

export function whyOf(attempt, got, seen, actual) {
  if (actual && actual.status === 401) return "Nobody is signed in, so the bank had nothing to give. Sign Alice in first.";
  if (actual && actual.status === 409) return "There is not enough left on the account. Start again on the bank’s page.";
  if (attempt.why && actual && (actual.after !== null || attempt.how === "image")) return attempt.why;
  return seen.length ? seen[seen.length - 1].why : "The bank saw nothing of it: is the demo still running?";
}
