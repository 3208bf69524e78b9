// Filters, links, keys, theme, copying and printing.

const form = document.getElementById("filters");

function choice(name, label, options) {
  const select = make("select", { name }, make("option", { value: "" }, say("ui.any")),
    ...options.map(([value, text]) => make("option", { value }, text)));
  return make("label.choice", {}, make("span", {}, label), select);
}

function chips(name, legend, options) {
  return make("fieldset.chips", {}, make("legend", {}, legend), ...options.map(([value, text, kind]) =>
    make(`label.chip${kind ? `.${kind}` : ""}`, {}, make("input", { type: "checkbox", name, value }), text)));
}

function chapterTitle(chapter) {
  const title = data.words[`chapter.${chapter}`] ?? "";
  return /^\d/.test(chapter) ? `${chapter} ${title}` : title || chapter;
}

function present(values) {
  return [...new Set(values)];
}

function drawFilters() {
  const chapters = present(requirements.map((item) => item.chapter)).sort((a, b) => (Number(a) || 99) - (Number(b) || 99));
  const capabilities = present(requirements.flatMap((item) => item.capabilities)).sort();
  const verdicts = data.verdicts.filter((verdict) => requirements.some((item) => item.verdict === verdict));
  const levels = data.levels.filter((level) => requirements.some((item) => item.level === level));
  const kinds = present(requirements.map((item) => item.kind));
  const search = make("input", { type: "search", name: "words", id: "search", autocomplete: "off",
    spellcheck: "false", placeholder: say("ui.search.hint"), "aria-keyshortcuts": "/" });
  const group = choice("group", say("ui.group"), [["cause", say("ui.group.cause")], ["none", say("ui.group.none")]]);
  group.querySelector("option").textContent = say("ui.group.operation");
  const narrow = make("div.narrow", {},
    make("div.chip-row", {},
      chips("verdict", say("ui.verdict"), verdicts.map((v) => [v, `${symbols[v]} ${say(`verdict.${v}`)}`, `v-${v}`])),
      chips("level", say("ui.level"), levels.map((level) => [level, say(`level.${level}`)]))),
    make("div.choices", {},
      choice("chapter", say("ui.chapter"), chapters.map((n) => [n, chapterTitle(n)])),
      choice("kind", say("ui.kind"), kinds.map((kind) => [kind, say(`kind.${kind}`)])),
      capabilities.length ? choice("capability", say("ui.capability"), capabilities.map((c) => [c, c])) : null,
      data.causes.length ? choice("cause", say("ui.cause"), data.causes.map((cause, n) => [n, cause.title])) : null,
      group,
      requirements.some((item) => item.fresh)
        ? make("label.chip.fresh", {}, make("input", { type: "checkbox", name: "fresh" }), say("ui.only-new")) : null,
      make("button", { type: "button", id: "clear" }, say("ui.clear"))));
  form.append(make("label.search", {}, make("span", {}, say("ui.search")), search),
    make("details.narrowing", { open: innerWidth > 736 }, make("summary", {}, say("ui.filter")), narrow));
  form.hidden = false;
}

function readFilters() {
  const entries = new FormData(form);
  filter.words = entries.get("words").toLowerCase().split(/\s+/).filter(Boolean);
  filter.verdicts = new Set(entries.getAll("verdict"));
  filter.levels = new Set(entries.getAll("level"));
  for (const name of ["chapter", "kind", "capability", "cause"]) filter[name] = entries.get(name) ?? "";
  filter.fresh = entries.has("fresh");
  filter.group = entries.get("group") || "operation";
  applyFilter();
}

function clearFilters() {
  form.reset();
  readFilters();
}

/** Sets one filter alone, as the links of the glance do, and goes to the list. */
function showOnly(name, value) {
  form.reset();
  const control = form.elements[name];
  if (name === "verdict") form.querySelector(`input[name="verdict"][value="${CSS.escape(value)}"]`).checked = true;
  else control.value = value;
  readFilters();
  const section = document.getElementById("requirements");
  section.scrollIntoView({ block: "start" });
  section.focus({ preventScroll: true });
}

/** Goes where the address says: a requirement, or a cause. */
function follow() {
  const id = decode(location.hash.slice(1));
  if (indexOf.has(id)) reveal(id);
  else if (id.startsWith("cause-")) {
    const card = document.getElementById(id);
    if (card) { card.open = true; card.scrollIntoView({ block: "start" }); card.querySelector("summary").focus({ preventScroll: true }); }
  } else if (id.includes("/")) countElement.textContent = say("ui.missing-link", { id: visible(id) });
}

/** Replaces the plain story of a cause by its evidence with the differences marked. */
function enrich(card) {
  const evidence = card.querySelector(".evidence");
  if (evidence.dataset.drawn) return;
  evidence.dataset.drawn = "yes";
  const item = requirements[indexOf.get(evidence.dataset.first)];
  if (!item?.findings.length) return;
  evidence.replaceChildren(
    make("p.first", {}, make("a", { href: linkTo(item.id) }, item.id)),
    make("p.says", {}, visible(item.text), " ", make("span.muted", {}, item.source)),
    drawFinding(item.findings[0], item.id));
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = say("ui.copied");
  } catch {
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    button.textContent = document.execCommand("copy") ? say("ui.copied") : say("ui.copy.failed");
  }
  button.addEventListener("blur", () => { button.textContent = say("ui.copy"); }, { once: true });
}

document.addEventListener("click", (event) => {
  const copier = event.target.closest("button[data-copy]");
  if (copier) { copy(copier); return; }
  const link = event.target.closest("a[data-verdict], a[data-chapter], a[data-cause], a[data-search]");
  if (link) {
    event.preventDefault();
    const [[name, value]] = Object.entries(link.dataset);
    showOnly(name === "search" ? "words" : name, value);
    return;
  }
  const inner = event.target.closest('a[href^="#"]');
  if (inner && inner.hash === location.hash) follow();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key === "Escape" && event.target.id === "search") {
    event.target.value = "";
    readFilters();
  } else if (event.key === "ArrowDown" && event.target.id === "search") {
    event.preventDefault();
    listElement.querySelector("button.head")?.focus();
  } else if (!typing && !event.altKey && !event.ctrlKey && !event.metaKey) {
    if (event.key === "/") { event.preventDefault(); document.getElementById("search").focus(); }
    if (event.key === "?") document.getElementById("keys").showModal();
  }
});

document.querySelectorAll("details.cause").forEach((card) => {
  card.addEventListener("toggle", () => { if (card.open) enrich(card); });
});

function keepTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("sparkrtc-conformance-theme", theme); } catch { /* a file may have no storage */ }
}

function startTheme() {
  const select = document.getElementById("theme");
  try { select.value = localStorage.getItem("sparkrtc-conformance-theme") ?? "auto"; } catch { select.value = "auto"; }
  document.documentElement.dataset.theme = select.value;
  select.addEventListener("change", () => keepTheme(select.value));
}

// On paper: every cause told, and of the list what the filter shows, or what needs attention.
const attention = ["fail", "warn", "inconclusive", "blocked", "waived"];
let opened = [];
let unfiltered = false;

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.cause:not([open])")];
  opened.forEach((card) => { card.open = true; enrich(card); });
  unfiltered = !isFiltered();
  if (unfiltered) { filter.verdicts = new Set(attention); applyFilter(); }
  startAt(0);
  drawUpTo(shown.length);
});

addEventListener("afterprint", () => {
  opened.forEach((card) => { card.open = false; });
  if (unfiltered) readFilters();
});

document.querySelector(".tools").hidden = false;
document.getElementById("keys-open").addEventListener("click", () => document.getElementById("keys").showModal());
startTheme();
drawFilters();
form.addEventListener("input", readFilters);
document.getElementById("clear").addEventListener("click", clearFilters);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
readFilters();
follow();
document.documentElement.dataset.ready = "yes";
