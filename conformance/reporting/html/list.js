// The list of requirements: filtered at once, drawn in portions as far as the reader gets.

const listElement = document.getElementById("list");
const countElement = document.getElementById("count");
const moreElement = document.getElementById("more");
const earlierElement = document.getElementById("earlier");
const firstPortion = 40;
const portion = 120;

const filter = {
  words: [], verdicts: new Set(), levels: new Set(),
  chapter: "", kind: "", capability: "", cause: "", fresh: false, group: "operation",
};
let shown = requirements;
let first = 0; // the rows that are drawn are those from first up to, not including, drawn
let drawn = 0;
let haystacks = null;

function haystack(item) {
  const messages = item.findings.map((finding) => `${finding.message} ${finding.actual}`).join(" ");
  return `${item.id} ${item.text} ${item.reason} ${item.source} ${item.erratum || ""} ${messages}`.toLowerCase();
}

function matches(item) {
  if (filter.verdicts.size && !filter.verdicts.has(item.verdict)) return false;
  if (filter.levels.size && !filter.levels.has(item.level)) return false;
  if (filter.chapter && item.chapter !== filter.chapter) return false;
  if (filter.kind && item.kind !== filter.kind) return false;
  if (filter.capability && !item.capabilities.includes(filter.capability)) return false;
  if (filter.cause !== "" && !item.causes.includes(Number(filter.cause))) return false;
  if (filter.fresh && !item.fresh) return false;
  return filter.words.every((word) => haystacks[item.index].includes(word));
}

function isFiltered() {
  return Boolean(filter.words.length || filter.verdicts.size || filter.levels.size || filter.chapter
    || filter.kind || filter.capability || filter.cause !== "" || filter.fresh);
}

function groupOf(item) {
  if (filter.group === "operation") return item.operation;
  if (filter.group === "cause") return item.causes.length ? data.causes[item.causes[0]].title : say("ui.no-cause");
  return null;
}

/** Applies the filter and draws the list anew from its top. */
function applyFilter() {
  if (filter.words.length && !haystacks) haystacks = requirements.map(haystack);
  shown = isFiltered() ? requirements.filter(matches) : requirements;
  if (filter.group === "cause") {
    const order = (item) => item.causes[0] ?? data.causes.length;
    shown = [...shown].sort((a, b) => order(a) - order(b) || a.index - b.index);
  }
  startAt(0);
  const counted = { shown: number(shown.length), all: number(requirements.length) };
  countElement.textContent = shown.length ? say("ui.count", counted) : say("ui.nothing");
}

/** The one line that tells most: what went wrong, why it was not judged, else what is required. */
function gist(item) {
  const told = item.findings[0]?.message || item.reason || item.text;
  return visible(told.length > 160 ? `${told.slice(0, 160)}…` : told);
}

function drawRow(item) {
  const verdict = say(`verdict.${item.verdict}`);
  const button = make("button.head", { id: item.id, type: "button", "aria-expanded": "false", title: say(`verdict.${item.verdict}.meaning`) },
    make(`span.stamp.v-${item.verdict}`, {}, make("span.sign", { "aria-hidden": "true" }, symbols[item.verdict]), verdict),
    make("span.level", {}, say(`level.${item.level}`)),
    make("span.id", {}, item.id), make("span.gist", {}, gist(item)), item.fresh ? make("span.new", {}, say("ui.new")) : null);
  return make("li.row", {}, button);
}

/** Rows from `start` to `end`, with a heading wherever a group begins. */
function drawRows(start, end) {
  const rows = document.createDocumentFragment();
  for (let place = start; place < end; place += 1) {
    const group = groupOf(shown[place]);
    if (group !== null && (place === first || groupOf(shown[place - 1]) !== group)) {
      rows.append(make("li.group", {}, make("h3", {}, group)));
    }
    rows.append(drawRow(shown[place]));
  }
  return rows;
}

function drawUpTo(end) {
  const next = Math.min(end, shown.length);
  if (next > drawn) listElement.append(drawRows(drawn, next));
  drawn = Math.max(drawn, next);
  moreElement.hidden = drawn >= shown.length;
  earlierElement.hidden = first === 0;
}

function drawEarlier() {
  const before = first;
  first = Math.max(0, first - portion);
  const heading = listElement.querySelector("li.group:first-child");
  if (heading && groupOf(shown[before]) === groupOf(shown[before - 1])) heading.remove();
  listElement.prepend(drawRows(first, before));
  earlierElement.hidden = first === 0;
}

/** Draws the list anew with `place` as its first row. */
function startAt(place) {
  first = place;
  drawn = place;
  listElement.replaceChildren();
  drawUpTo(place + firstPortion);
}

/** Sees to it that the row at `place` is drawn, without drawing thousands before it. */
function reach(place) {
  if (place < first || place > drawn + 4 * portion) startAt(Math.max(0, place - 10));
  else drawUpTo(place + firstPortion);
}

function setOpen(element, open) {
  const button = element.querySelector("button.head");
  if ((button.getAttribute("aria-expanded") === "true") === open) return;
  button.setAttribute("aria-expanded", String(open));
  element.classList.toggle("open", open);
  const item = requirements[indexOf.get(button.id)];
  if (!open) element.querySelector(".detail").remove();
  else {
    const detail = drawDetail(item);
    detail.prepend(make("p.permalink", {}, make("a", { href: linkTo(item.id) }, say("ui.link"))));
    element.append(detail);
  }
}

/** Shows one requirement, opened and focused; filters that would hide it are cleared. */
function reveal(id) {
  const item = requirements[indexOf.get(id)];
  if (!shown.includes(item)) clearFilters();
  reach(shown.indexOf(item));
  const head = document.getElementById(id);
  setOpen(head.closest("li.row"), true);
  head.focus({ preventScroll: true });
  head.scrollIntoView({ block: "start" });
}

listElement.addEventListener("click", (event) => {
  const head = event.target.closest("button.head");
  if (!head) return;
  const element = head.closest("li.row");
  setOpen(element, head.getAttribute("aria-expanded") !== "true");
});

listElement.addEventListener("keydown", (event) => {
  const head = event.target.closest?.("button.head");
  if (!head || event.altKey || event.ctrlKey || event.metaKey) return;
  const at = indexOf.get(head.id);
  const place = shown.findIndex((item) => item.index === at);
  const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: shown.length - 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const wanted = Math.max(0, Math.min(steps[event.key], shown.length - 1));
  reach(wanted);
  document.getElementById(shown[wanted].id).focus();
});

earlierElement.querySelector("button").addEventListener("click", drawEarlier);

moreElement.querySelector("button").addEventListener("click", () => {
  const next = drawn;
  drawUpTo(drawn + portion);
  document.getElementById(shown[next].id).focus();
});

new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) drawUpTo(drawn + portion);
}, { rootMargin: "600px" }).observe(moreElement);
