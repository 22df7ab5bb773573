"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 40;
const $ = (id) => document.getElementById(id);

/* Everything that comes from the code under review enters the page as text. */
function make(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}
const number = (value) => value.toLocaleString("en").replace(/,/g, "\u202f");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
const pathOf = (index) => data.paths[index];
/* The place as text, and as a link to the source if its server is known. A cell of a notebook has no row there. */
function where(at) {
  const [path, cell, row] = at, link = data.links[path];
  return link ? make("a", { href: cell ? link.split("#")[0] : link.replace("{row}", row), rel: "noreferrer" }, place(at)) : place(at);
}
const place = ([path, cell, row, column]) => `${pathOf(path)}${cell ? `:cell ${cell}` : ""}:${row}:${column}`;

/* Charts */
function line(values, name, label) {
  const width = 100, height = 30, most = Math.max(1, ...values);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", `-2 -2 ${width + 4} ${height + 4}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const step = width / Math.max(1, values.length - 1);
  shape.setAttribute("points", values.map((value, index) => `${index * step},${height - (value / most) * height}`).join(" "));
  svg.append(shape);
  return svg;
}

/* Overview */
const TREND = data.baselined ? "Open and baselined findings" : "Open findings";
function card(value, text, tone) {
  return make("div", { class: "card" }, make("strong", { class: tone || "" }, value), text);
}
function overview() {
  $("about").textContent = `${plural(data.files, "file")} checked on ${data.date} by s3lint ${data.version}`;
  const open = data.open, listed = data.findings.filter((each) => each.state === "open").length;
  const errors = data.teams ? 0 : data.findings.filter((each) => each.state === "open" && each.severity === "error").length;
  const expired = data.waivers.filter((each) => each.left !== null && each.left < 0).length;
  const kept = data.standard.flatMap((chapter) => chapter.sentences);
  const checked = kept.filter((each) => each.state === "kept" || each.state === "broken");
  const good = checked.filter((each) => each.state === "kept").length;
  $("overview").append(
    card(number(open), open === 1 ? "open finding" : "open findings", open ? "broken" : "kept"),
    errors ? card(number(errors), "of them errors: data is lost or exposed", "broken") : [],
    data.baselined ? card(number(data.baselined), `${data.baselined === 1 ? "finding" : "findings"} in the baseline`) : [],
    card(`${data.files ? Math.round((100 * data.clean) / data.files) : 100}\u202f%`, `of the files without findings (${number(data.clean)} of ${number(data.files)})`),
    card(`${good} of ${checked.length}`, "checked sentences of the standard kept"),
    card(number(data.waivers.length), `${data.waivers.length === 1 ? "suppression" : "suppressions"}${expired ? `, ${expired} expired` : ""}`, expired ? "broken" : ""),
  );
  if (data.since) $("overview").append(card(`${number(data.since.new)} new, ${number(data.since.fixed)} fixed`, `since the report of ${data.since.date}`));
  if (listed < open) $("overview").append(card(number(listed), "of them are listed below; all are in the table of findings"));
  if (data.trend.length > 1) {
    const totals = data.trend.map((each) => each.total);
    const rows = data.trend.map((each) => make("tr", {}, make("td", {}, each.date), make("td", { class: "n" }, number(each.total))));
    $("overview").append(
      make("div", { class: "card trend" },
        `${TREND} from ${data.trend[0].date} to ${data.trend.at(-1).date}: ${number(totals[0])} \u2192 ${number(totals.at(-1))}`,
        line(totals, "chart", `${TREND}: ${totals.join(", ")}`),
        make("details", {}, make("summary", {}, "As a table"),
          make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Date"), make("th", { scope: "col", class: "n" }, TREND))), make("tbody", {}, rows)))),
    );
  }
}

/* Teams */
function week(counts, name) {
  return [make("td", { class: "n" }, number(counts.at(-1))), make("td", { class: "n" }, change(counts)), make("td", {}, counts.length > 1 ? line(counts, "spark", `${name}: ${counts.join(", ")}`) : null)];
}
function teams() {
  if (!data.teams) return;
  $("teams").hidden = document.querySelector('nav a[href="#teams"]').hidden = false;
  const head = () => make("thead", {}, make("tr", {}, ["Rule", "What it finds", "Findings", "Since last week", "Trend"].map((name, at) => make("th", { scope: "col", class: at === 2 || at === 3 ? "n" : "" }, name))));
  for (const each of data.teams.rows) {
    const rows = each.rules.map(({ code, counts }) => make("tr", {}, make("th", { scope: "row" }, code), make("td", {}, data.rules[code]?.summary || ""), week(counts, code)));
    const since = change(each.totals);
    $("by-team").append(
      make("details", { class: "chapter" },
        make("summary", {}, make("strong", {}, each.team), make("span", {}, plural(each.totals.at(-1), "finding")), make("span", { class: "soft" }, since ? `${since} since last week` : "")),
        make("div", { class: "scroll" }, make("table", {}, head(), make("tbody", {}, rows)))));
  }
}

/* Standard */
const STATES = {
  kept: ["\u2713 kept", "kept"],
  broken: ["\u2717", "broken"],
  off: ["\u2013 its rules were off", "soft"],
  unchecked: ["\u2013 no program can check it", "soft"],
};
function sentence(each) {
  const [sign, tone] = STATES[each.state];
  const text = each.state === "broken" ? `${sign} ${plural(each.count, "finding")}` : sign;
  const links = each.rules.map((code) => [" ", make("button", { type: "button", onclick: () => show({ rule: code }) }, code)]);
  return make("li", {}, each.text, " ", make("span", { class: tone }, text), each.state === "unchecked" ? make("span", { class: "soft" }, `: ${each.reason}`) : null, each.state === "broken" ? links : null);
}
function standard() {
  for (const chapter of data.standard) {
    const checked = chapter.sentences.filter((each) => each.state === "kept" || each.state === "broken");
    const kept = checked.filter((each) => each.state === "kept").length;
    const label = checked.length ? `${kept} of ${checked.length} kept` : "not checked";
    $("chapters").append(
      make("details", { class: "chapter" },
        make("summary", {}, make("strong", {}, chapter.title),
          make("meter", { min: 0, max: Math.max(1, checked.length), value: kept, "aria-label": `${chapter.title}: ${label}` }, label), make("span", {}, label)),
        make("ul", {}, chapter.sentences.map(sentence))),
    );
  }
}

/* Folders */
const chapters = data.chapters;
const title = (chapter) => data.titles[chapter] || chapter;
const level = (count, most) => (count ? 1 + Math.min(3, Math.floor((3.999 * Math.log1p(count)) / Math.log1p(most))) : 0);
function folders() {
  const most = Math.max(1, ...data.folders.flatMap((each) => each.counts));
  const open = new Set(data.folders.length <= 12 ? data.folders.keys() : [0]);
  const body = make("tbody");
  const visible = (index) => index < 0 || (open.has(index) && visible(data.folders[index].parent));
  function cell(folder, count, chapter, name) {
    const inside = count ? make("button", { type: "button", "aria-label": `${plural(count, "finding")} in ${folder.path}, ${name}`, onclick: () => show({ folder: folder.path, chapter }) }, number(count)) : "\u00b7";
    return make("td", { class: `n h${level(count, most)}` }, inside);
  }
  function row(folder, index) {
    const toggle = () => { open.has(index) ? open.delete(index) : open.add(index); draw(); body.querySelector(`[data-folder="${index}"]`).focus(); };
    const button = folder.children ? make("button", { type: "button", class: "expand", "data-folder": index, "aria-expanded": String(open.has(index)), "aria-label": `${folder.label}: subfolders`, onclick: toggle }, open.has(index) ? "\u2212" : "+") : null;
    const total = folder.counts.reduce((sum, count) => sum + count, 0);
    return make("tr", {}, make("th", { scope: "row", class: `d${Math.min(folder.depth, 4)}` }, button, folder.label), make("td", { class: "n" }, number(folder.files)),
      folder.counts.map((count, at) => cell(folder, count, chapters[at], title(chapters[at]))), cell(folder, total, "", "all chapters"));
  }
  function draw() {
    body.replaceChildren(...data.folders.map((folder, index) => (visible(folder.parent) ? row(folder, index) : null)).filter(Boolean));
  }
  draw();
  $("heat").append(
    make("caption", {}, "Findings by folder and chapter"),
    make("thead", {}, make("tr", {}, ["Folder", data.teams ? "Repositories" : "Files", ...chapters.map(title), "all"].map((name, at) => make("th", { scope: "col", class: at ? "n" : "" }, name)))), body);
}

/* Files and owners */
const NOBODY = "(no owner)";
const MOST_FILES = 10;
const ownersOf = (each) => (each.owners.length ? each.owners : [NOBODY]);
function tally(keysOf) {
  const found = new Map();
  for (const each of data.findings) for (const key of keysOf(each)) {
    const row = found.get(key) || { open: 0, baselined: 0, suppressed: 0 };
    row[each.state] += 1;
    found.set(key, row);
  }
  return [...found].sort(([, one], [, other]) => other.open + other.baselined - one.open - one.baselined);
}
function table(id, caption, first, rows, filterOf) {
  const count = (key, name, value) => make("td", { class: "n" }, value ? make("button", { type: "button", "aria-label": `${plural(value, "finding")}, ${name}: ${key}`, onclick: () => show({ ...filterOf(key), state: name }) }, number(value)) : "0");
  $(id).append(
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, [first, "Open", "Baselined", "Suppressed"].map((name, at) => make("th", { scope: "col", class: at ? "n" : "" }, name)))),
    make("tbody", {}, rows.map(([key, row]) => make("tr", {}, make("th", { scope: "row" }, key), ["open", "baselined", "suppressed"].map((name) => count(key, name, row[name]))))));
}
function filesAndOwners() {
  /* The page of an organisation lists only some findings: files would be ranked by chance. */
  $("files").hidden = document.querySelector('nav a[href="#files"]').hidden = Boolean(data.teams);
  const files = tally((each) => [pathOf(each.place[0])]).filter(([, row]) => row.open + row.baselined);
  table("by-file", files.length > MOST_FILES ? `The first ${MOST_FILES} of ${number(files.length)} files with findings` : files.length ? "Files with findings" : "No file has findings.", "File", files.slice(0, MOST_FILES), (path) => ({ folder: path }));
  const owned = data.findings.some((each) => each.owners.length);
  $("owner").parentElement.hidden = $("owners").hidden = document.querySelector('nav a[href="#owners"]').hidden = !owned;
  table("by-owner", "Findings by owner", "Owner", tally(ownersOf), (owner) => ({ owner }));
}

/* Rules */
function change(counts) {
  if (counts.length < 2) return "";
  const by = counts.at(-1) - counts.at(-2);
  return by === 0 ? "\u00b10" : by > 0 ? `+${number(by)}` : `\u2212${number(-by)}`;
}
function byRule() {
  const codes = Object.keys(data.rules).filter((code) => data.trend.some((each) => each.counts[code]));
  const past = data.trend.length > 1;
  const names = ["Rule", "What it finds", "Profile", "Severity", "Findings", ...(past ? ["Since last", "Trend"] : [])];
  const rows = codes.map((code) => {
    const rule = data.rules[code], counts = data.trend.map((each) => each.counts[code] || 0), now = counts.at(-1);
    return make("tr", {}, make("th", { scope: "row" }, make("strong", {}, code), " ", link(rule)), make("td", {}, rule.summary), make("td", {}, rule.profile), make("td", {}, rule.severity),
      make("td", { class: "n" }, make("button", { type: "button", "aria-label": `${plural(now, "finding")} of ${code}`, onclick: () => show({ rule: code }) }, number(now))),
      past ? [make("td", { class: "n" }, change(counts)), make("td", {}, line(counts, "spark", `${code}: ${counts.join(", ")}`))] : null);
  });
  $("by-rule").append(
    make("caption", {}, codes.length ? "Rules with findings" : "No rule has findings."),
    make("thead", {}, make("tr", {}, names.map((name, at) => make("th", { scope: "col", class: at === 4 || at === 5 ? "n" : "" }, name)))), make("tbody", {}, rows));
}
function link(rule) {
  return rule.url ? make("a", { href: rule.url, rel: "noreferrer" }, rule.name) : rule.name;
}

/* Waivers */
function until(each) {
  if (each.left === null) return make("span", { class: "soft" }, "no end");
  const text = each.left < 0 ? `expired ${plural(-each.left, "day")} ago` : each.left === 0 ? "ends today" : `${plural(each.left, "day")} left`;
  return make("span", { class: each.left < 0 ? "broken" : each.left <= 30 ? "soon" : "" }, `${each.until}, `, make("span", { class: "whole" }, text));
}
function waivers() {
  const rows = data.waivers.map((each, index) => make("tr", {}, make("th", { scope: "row" }, where(each.place)), make("td", {}, each.shown),
    make("td", {}, each.reason || make("span", { class: "broken" }, "no reason")), make("td", {}, until(each)),
    make("td", { class: "n" }, each.hidden ? make("button", { type: "button", "aria-label": `${plural(each.hidden, "finding")} suppressed by the comment in ${place(each.place)}`, onclick: () => show({ state: "suppressed", waiver: index }) }, number(each.hidden)) : "0")));
  $("waived").append(
    make("caption", {}, rows.length ? "Suppressions in the code" : "Nothing is suppressed."),
    rows.length ? make("thead", {}, make("tr", {}, ["Where", "Suppression", "Reason", "Until", "Suppresses"].map((name, at) => make("th", { scope: "col", class: at === 4 ? "n" : "" }, name)))) : [], make("tbody", {}, rows));
}
