// The list of requirements: filtered at once, drawn in portions as far as the reader gets.

const listElement = document.getElementById("list");
const countElement = document.getElementById("count");
const moreElement = document.getElementById("more");
const firstPortion = 40;
const portion = 120;

const filter = {
  words: [], verdicts: new Set(), levels: new Set(),
  chapter: "", kind: "", capability: "", cause: "", fresh: false, group: "operation",
};
let shown = requirements;
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
  if (filter.cause !== "" && item.cause !== Number(filter.cause)) return false;
  if (filter.fresh && !item.fresh) return false;
  return filter.words.every((word) => haystacks[item.index].includes(word));
}

function isFiltered() {
  return Boolean(filter.words.length || filter.verdicts.size || filter.levels.size || filter.chapter
    || filter.kind || filter.capability || filter.cause !== "" || filter.fresh);
}

function groupOf(item) {
  if (filter.group === "operation") return item.operation;
  if (filter.group === "cause") return item.cause < 0 ? say("ui.no-cause") : data.causes[item.cause].title;
  return null;
}

/** Applies the filter and draws the list anew from its top. */
function applyFilter() {
  if (filter.words.length && !haystacks) haystacks = requirements.map(haystack);
  shown = isFiltered() ? requirements.filter(matches) : requirements;
  if (filter.group === "cause") {
    const order = (item) => item.cause < 0 ? data.causes.length : item.cause;
    shown = [...shown].sort((a, b) => order(a) - order(b) || a.index - b.index);
  }
  drawn = 0;
  listElement.replaceChildren();
  drawUpTo(firstPortion);
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

function drawUpTo(end) {
  const rows = document.createDocumentFragment();
  for (; drawn < Math.min(end, shown.length); drawn += 1) {
    const item = shown[drawn];
    const group = groupOf(item);
    if (group !== null && (drawn === 0 || groupOf(shown[drawn - 1]) !== group)) {
      rows.append(make("li.group", {}, make("h3", {}, group)));
    }
    rows.append(drawRow(item));
  }
  listElement.append(rows);
  moreElement.hidden = drawn >= shown.length;
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
  drawUpTo(shown.indexOf(item) + firstPortion);
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
  const heads = () => [...listElement.querySelectorAll("button.head")];
  const at = heads().indexOf(head);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const wanted = Math.max(0, Math.min(steps[event.key], shown.length - 1));
  if (wanted >= drawn) drawUpTo(Math.max(wanted + 1, drawn + portion));
  heads()[wanted].focus();
});

moreElement.querySelector("button").addEventListener("click", () => {
  const next = drawn;
  drawUpTo(drawn + portion);
  listElement.querySelectorAll("button.head")[next]?.focus();
});

new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) drawUpTo(drawn + portion);
}, { rootMargin: "600px" }).observe(moreElement);
