// The report's data and the few ways in which the page makes elements of it.
// Text reaches the page through textContent only, so an answer can never become markup.

const data = JSON.parse(document.getElementById("data").textContent);

/** One requirement as the page uses it; the columns are those of data.py. */
function requirement(columns, index) {
  const [id, level, chapter, source, text, verdict, reason, cases, erratum, waiver,
    capabilities, causes, fresh, findings, kind, untold, basis] = columns;
  return {
    index, id, chapter, text, cases, erratum, waiver, causes, kind, untold,
    basis: basis === null ? null : data.bases[basis],
    level: data.levels[level],
    source: data.sources[source],
    verdict: data.verdicts[verdict],
    reason: data.reasons[reason],
    capabilities: capabilities.map((number) => data.capabilities[number]),
    fresh: fresh === 1,
    findings: findings.map(([message, expected, actual, exchange, curl, pytest, name, steps]) => ({
      message, expected, actual, curl, pytest, name,
      exchange: exchange < 0 ? null : data.exchanges[exchange],
      steps: steps.map((place) => data.exchanges[place]),
    })),
    operation: id.split("/", 1)[0],
  };
}

const requirements = data.requirements.map(requirement);
const indexOf = new Map(requirements.map((item) => [item.id, item.index]));

const symbols = {
  "pass": "✓", "fail": "✗", "warn": "!", "inconclusive": "?", "blocked": "⊘",
  "not-applicable": "–", "not-selected": "○", "waived": "◇",
};

/** A string of the catalogue with its facts filled in. */
function say(key, facts = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

function number(value) {
  return value.toLocaleString(data.tag);
}

// Characters that would hide, reorder or fake what was received.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text with its invisible and steering characters written as escapes. */
function visible(text) {
  return text.replace(unseen, (c) => c === "\r" ? "" : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** An element: its name and classes ("a.b.c"), attributes, children (text or elements). */
function make(kind, attributes = {}, ...children) {
  const [name, ...classes] = kind.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function linkTo(id) {
  return `#${encodeURIComponent(id)}`;
}
