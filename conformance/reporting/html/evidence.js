// One requirement in full: what the document says, what was sent, what came back, where they part.

/** Ids that speak of no field, by their last two segments. */
const wholes = new Set(["status/answered", "status/documented", "body/json", "body/empty",
  "body/undeclared", "body/nulls", "json/malformed", "json/object"]);

/** Where a requirement id points: side, place (body, query, 200, …), field path, header name. */
function aim(id) {
  const [operation, place, ...rest] = id.split("/");
  const field = rest.slice(0, -1).join("/");
  const answer = /^\d/.test(place) || place === "answer";
  const whole = wholes.has(`${field}/${rest.at(-1)}`) || place === "path" || place === "auth";
  const header = place === "header" ? field : field.startsWith("header/") ? field.slice(7) : "";
  return { side: operation === "common" || place === "rule" ? "" : answer ? "answer" : "request",
    place, field: header || whole ? "" : field, header: header.toLowerCase(), keyword: rest.at(-1) };
}

/** The raw JSON text in lines, literals as they were received, each with the path it belongs to.
 *  null when the text is not JSON. */
function jsonLines(text) {
  try { JSON.parse(text); } catch { return null; }
  const token = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\],:])|([^\s{}[\],:"]+))/y;
  const lines = [];
  const frames = [];
  let line = null;
  let pendingKey = null;
  const begin = (path) => { line = { depth: frames.length, text: "", path, absent: null }; lines.push(line); };
  const childPath = () => {
    const frame = frames.at(-1);
    if (!frame) return "";
    return frame.list ? `${frame.path}[]` : frame.path ? `${frame.path}.${pendingKey}` : pendingKey;
  };
  begin("");
  let match;
  while ((match = token.exec(text)) !== null && match[0] !== "") {
    const [, string, mark, literal] = match;
    const frame = frames.at(-1);
    if (mark === "{" || mark === "[") {
      const path = childPath();
      if (frame?.list) begin(path);
      line.text += mark;
      frames.push({ list: mark === "[", path, keys: new Set(), fresh: true });
      pendingKey = null;
    } else if (mark === "}" || mark === "]") {
      const closed = frames.pop();
      if (closed.fresh) line.text += mark;
      else { begin(closed.path); line.text = mark; line.closing = true; }
      line.closes = closed;
      pendingKey = null;
    } else if (mark === ",") line.text += ",";
    else if (mark === ":") line.text += ": ";
    else if (string !== undefined && frame && !frame.list && pendingKey === null) {
      pendingKey = JSON.parse(string);
      frame.keys.add(pendingKey);
      frame.fresh = false;
      begin(frame.path ? `${frame.path}.${pendingKey}` : pendingKey);
      line.text = string;
    } else {
      if (frame?.list) begin(childPath());
      if (frame) frame.fresh = false;
      line.text += string ?? literal;
      line.value = string ?? literal;
      pendingKey = null;
    }
    if (frame && (mark === "{" || mark === "[")) frame.fresh = false;
    if (frames.length > 200) return null;
  }
  return lines;
}

/** Marks the lines at `path` as the telling ones; where it is missing, says so in its place. */
function markLines(lines, path, actual) {
  if (!path) return;
  const hits = lines.filter((line) => line.path === path && !line.closing);
  const telling = hits.filter((line) => line.value !== undefined && actual
    && actual.includes(line.value.replace(/^"|"$/g, "")));
  for (const line of telling.length ? telling : hits) line.marked = true;
  for (const line of lines) {
    if (!line.closes || line.closes.list) continue;
    const prefix = line.closes.path ? `${line.closes.path}.` : "";
    if (!path.startsWith(prefix)) continue;
    const next = path.slice(prefix.length).split(".")[0].replace(/(\[\])+$/, "");
    if (next && !line.closes.keys.has(next)) line.absent = next;
  }
}

function drawLines(lines) {
  const block = make("code");
  for (const line of lines) {
    const indent = "  ".repeat(line.depth);
    if (line.absent) {
      block.append(make("ins.line", {}, `${indent}  "${visible(line.absent)}"  ← ${say("ui.missing")}`));
    }
    block.append(make(line.marked ? "mark.line" : "span.line", {}, indent + visible(line.text)));
  }
  return block;
}

function drawBody(exchange, name, path, actual) {
  const body = exchange[name];
  if (body === undefined) {
    const bytes = exchange[`${name}Bytes`];
    const words = bytes ? say("ui.binary-body", { count: number(bytes) }) : say("ui.empty-body");
    return name === "sentBody" && !bytes ? null : make("p.note", {}, words);
  }
  if (body === "") return make("p.note", {}, say("ui.empty-body"));
  const lines = jsonLines(body) ?? body.split("\n").map((text) => ({ depth: 0, text, path: null }));
  markLines(lines, path, actual);
  const title = say(name === "sentBody" ? "ui.request" : "ui.response");
  const block = make("pre.body", { tabindex: "0", role: "group", "aria-label": title }, drawLines(lines));
  if (!exchange[`${name}Cut`]) return block;
  return make("div", {}, block, make("p.note", {}, say("ui.cut-body")));
}

function drawHeaders(headers, wanted) {
  const rows = headers.map(([key, value]) => {
    const kind = wanted && key.toLowerCase() === wanted ? "mark.line" : "span.line";
    return make(kind, {}, visible(`${key}: ${value}`));
  });
  const found = headers.some(([key]) => key.toLowerCase() === wanted);
  if (wanted && !found) rows.push(make("ins.line", {}, `${wanted}:  ← ${say("ui.missing")}`));
  return make("details.headers", { open: Boolean(wanted) },
    make("summary", {}, say("ui.headers", { count: headers.length })),
    make("pre", { tabindex: "0", role: "group", "aria-label": say("ui.headers", { count: headers.length }) },
      make("code", {}, ...rows)));
}

function drawUrl(exchange, target) {
  const [path, query] = exchange.url.split(/\?(.*)/s);
  const block = make("code", {}, make("span.line", {}, make("b", {}, exchange.method), ` ${visible(path)}`));
  const wanted = target.place === "query" ? target.field.split(".")[0].replace("[]", "") : "";
  const pairs = query ? query.split("&") : [];
  pairs.forEach((pair, index) => {
    const kind = wanted && decode(pair.split("=")[0]) === wanted ? "mark.line" : "span.line";
    block.append(make(kind, {}, `  ${index ? "&" : "?"}${visible(pair)}`));
  });
  if (wanted && !pairs.some((pair) => decode(pair.split("=")[0]) === wanted)) {
    block.append(make("ins.line", {}, `  ${wanted}  ← ${say("ui.missing")}`));
  }
  return make("pre.url", { tabindex: "0", role: "group", "aria-label": say("ui.request") }, block);
}

function decode(text) {
  try { return decodeURIComponent(text.replaceAll("+", " ")); } catch { return text; }
}

function drawExchange(finding, id) {
  const { exchange } = finding;
  if (!exchange) return make("p.note", {}, say("ui.no-exchange"));
  const target = aim(id);
  const asked = target.side === "request";
  const sent = make("div.pane", {}, make("p.side", {}, say("ui.request")), drawUrl(exchange, target),
    drawHeaders(exchange.sent, asked ? target.header : ""),
    drawBody(exchange, "sentBody", asked && target.place === "body" ? target.field : "", ""));
  const got = make("div.pane", {}, make("p.side", {}, say("ui.response")));
  if (exchange.status === undefined) {
    const { stage = "", message = "" } = exchange.failure;
    got.append(make("p", {}, make("mark", {}, say("ui.no-answer", { stage, message: visible(message) }))));
  } else {
    const off = asked || (target.side === "answer" && String(exchange.status) !== target.place);
    got.append(make("p.status", {}, make(off ? "mark" : "b", {}, String(exchange.status)), ` · ${exchange.ms} ms`));
    got.append(drawHeaders(exchange.got, target.side === "answer" ? target.header : ""));
    const body = drawBody(exchange, "gotBody", target.side === "answer" && !off ? target.field : "", finding.actual);
    if (body) got.append(body);
  }
  return make("div.exchange", {}, sent, got);
}

/** Words of `text`, those that `other` does not have marked, when the two have words in common. */
function drawDifference(text, other) {
  const [lines, against] = [text.split("\n"), other.split("\n")];
  if (lines.length > 1 && lines.length === against.length) {
    return make("dd", {}, ...lines.flatMap((line, place) =>
      [...markWords(line, against[place]), place + 1 < lines.length ? "\n" : ""]));
  }
  return make("dd", {}, ...markWords(text, other));
}

/** Whether a word is a value: words that only hold a sentence or an object together are not. */
function telling(word) {
  if (/^["'{[]*[\w.]+["']:$/.test(word)) return false;
  return /["'\d]|[A-Z]{2,}|^([Tt]rue|[Ff]alse|null|None)$/.test(word);
}

function markWords(text, other) {
  const others = new Set(other.split(/[\s,]+/));
  const parts = visible(text).split(/([\s,]+)/);
  const common = parts.some((part) => part.trim() && others.has(part));
  return parts.map((part) =>
    common && telling(part) && !others.has(part) ? make("mark", {}, part) : part);
}

function drawReplay(line) {
  const button = make("button", { type: "button", "data-copy": line }, say("ui.copy"));
  return make("div.replay", {}, make("pre", { tabindex: "0", role: "group", "aria-label": say("ui.replay") },
    make("code", {}, visible(line))), button);
}

/** What led to a finding, in order, each to be opened; the one that shows it stands below. */
function drawSteps(finding, id) {
  if (!finding.steps.length) return null;
  return make("ol.steps", {}, ...finding.steps.map((step) => {
    const path = step.url.replace(/^https?:\/\/[^/]+/, "");
    const title = make("summary", {}, make("b", {}, step.method), ` ${visible(path)} → `,
      make("b", {}, String(step.status ?? "–")));
    if (step === finding.exchange) title.append(make("span.muted", {}, ` ${say("ui.this-one")}`));
    return make("li", {}, make("details", {}, title, drawExchange({ exchange: step, actual: "" }, id)));
  }));
}

function drawFinding(finding, id) {
  return make("article.finding", {}, make("p.message", {}, visible(finding.message)),
    make("dl.difference", {},
      make("div.expected", {}, make("dt", {}, say("ui.expected")), drawDifference(finding.expected, finding.actual)),
      make("div.received", {}, make("dt", {}, say("ui.received")), drawDifference(finding.actual, finding.expected))),
    drawSteps(finding, id), drawExchange(finding, id),
    ...[finding.curl, finding.pytest].filter(Boolean).map(drawReplay));
}

function row(label, ...value) {
  return make("div", {}, make("dt", {}, label), make("dd", {}, ...value));
}

function drawWaiver(waiver) {
  return Object.entries(waiver).flatMap(([key, value], index) => [
    index ? make("br") : null, make("span.muted", {}, `${visible(key)} `),
    /^https?:\/\//.test(value) ? make("a", { href: value, rel: "noreferrer" }, visible(value)) : visible(value),
  ]);
}

/** Everything that the report knows of one requirement. */
function drawDetail(item) {
  const facts = make("dl.about", {}, row(say("ui.says"), visible(item.text || "–")), row(say("ui.source"), item.source));
  if (item.basis) facts.append(row(say("ui.basis"), item.basis));
  if (item.reason && item.reason !== item.findings[0]?.message) facts.append(row(say("ui.reason"), visible(item.reason)));
  if (item.erratum) facts.append(row(say("ui.erratum"), item.erratum));
  if (item.waiver) facts.append(row(say("ui.waiver"), ...drawWaiver(item.waiver)));
  if (item.capabilities.length) facts.append(row(say("ui.capability"), item.capabilities.join(", ")));
  for (const cause of item.causes.map((place) => data.causes[place])) {
    facts.append(row(say("ui.cause"), make("a", { href: `#${cause.id}` }, cause.title)));
  }
  if (item.cases.length) {
    const cases = item.cases.slice(0, 12).join("\n");
    const rest = item.cases.length - 12;
    facts.append(row(say("ui.cases"), make("span.cases", {}, rest > 0 ? `${cases}\n${say("ui.and-more", { count: rest })}` : cases)));
  }
  return make("div.detail", {}, facts, ...item.findings.map((finding) => drawFinding(finding, item.id)),
    item.untold ? make("p.note", {}, say("ui.untold", { count: number(item.untold) })) : null);
}
