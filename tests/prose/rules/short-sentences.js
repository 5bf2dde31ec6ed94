// One idea in a sentence: a sentence that is too long for that is an error.
"use strict";

const MAX_WORDS = 25;
// The end of a sentence, or of a part that is read alone: before an example, or before the next link of a line.
const END = /[.!?:·]["')*_]*(?=\s|$)/g;

module.exports = ({ Syntax, RuleError, report, locator, getSource }) => {
  function check(node) {
    for (let parent = node.parent; parent; parent = parent.parent) {
      if (parent.type === Syntax.BlockQuote) return;
    }
    let text = getSource(node);
    // What is not read as words counts as one word each, and has the same length as before.
    const one = (found) => "x".repeat(found.length);
    text = text.replace(/\{[\w:-]+\}`[^`]+`|`[^`]+`/g, one).replace(/\]\([^)]*\)/g, one);
    let start = 0;
    for (const end of [...[...text.matchAll(END)].map((match) => match.index + match[0].length), text.length]) {
      const words = text.slice(start, end).trim().split(/\s+/).filter((word) => /\w/.test(word));
      if (words.length > MAX_WORDS) {
        const first = start + text.slice(start).search(/\S/);
        const padding = locator.range([first, end]);
        report(node, new RuleError(`This sentence has ${words.length} words, and ${MAX_WORDS} are enough.`, { padding }));
      }
      start = end;
    }
  }
  return { [Syntax.Paragraph]: check, [Syntax.TableCell]: check, [Syntax.Header]: check };
};
