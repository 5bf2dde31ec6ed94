// Words that are plain verbs in school English, and that must not be technical terms.
"use strict";

const WORDS = [
  [/\b(?:say|says|said|saying)\b/gi, "configure, list, return, show or explain"],
  [/\b(?:hold|holds|held|holding)\b/gi, "apply, contain or store"],
  // Not the standing order of a bank.
  [/\b(?:stand|stands|stood|standing(?! order))\b/gi, "be, mean or apply"],
  [/\b(?:keep|keeps|kept|keeping)\b/gi, "store, cache or continue"],
  [/\b(?:let|lets|letting)\b/gi, "allow"],
  [/\b(?:heed|heeds|heeded|heeding)\b/gi, "obey or use"],
  [/\b(?:told)\b/gi, "get, receive or configure"],
  [/\b(?:hear|hears|heard|hearing)\b/gi, "get or receive"],
  [/\b(?:whoever|whosoever|whomever)\b/gi, "anyone who, or the noun that is meant"],
  [/(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b)/gi, "is not a"],
];

// The target of a link in MyST.
const LABEL = /^\([\w-]+\)=$/;

module.exports = ({ Syntax, RuleError, report, locator }) => ({
  [Syntax.Str](node) {
    if (LABEL.test(node.value)) return;
    for (let parent = node.parent; parent; parent = parent.parent) {
      // A quotation has its own words.
      if (parent.type === Syntax.BlockQuote) return;
    }
    for (const [pattern, better] of WORDS) {
      for (const match of node.value.matchAll(pattern)) {
        const padding = locator.range([match.index, match.index + match[0].length]);
        report(node, new RuleError(`"${match[0].trim()}" is not a technical term: write ${better}.`, { padding }));
      }
    }
  },
});
