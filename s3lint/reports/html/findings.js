/* Findings */
function excerpt(each) {
  const pre = make("pre", { tabIndex: 0, "aria-label": "Source" });
  const width = String(each.lines[0] + each.lines.length).length;
  each.lines.slice(1).forEach((text, at) => {
    const row = each.lines[0] + at;
    pre.append(make("span", { class: "row" }, `${String(row).padStart(width)} \u2502 `));
    if (row === each.place[2]) {
      const [start, end] = each.mark;
      pre.append(text.slice(0, start), make("mark", {}, text.slice(start, end) || " "), text.slice(end));
    } else pre.append(text);
    pre.append("\n");
  });
  return pre;
}
function step([at, message, source]) {
  return make("li", {}, where(at), ": ", message, source ? [make("br"), make("code", {}, source)] : null);
}
function item(each) {
  const rule = data.rules[each.code], waiver = each.waiver === null ? null : data.waivers[each.waiver];
  const tags = [each.new ? "new" : null, each.severity === "warning" ? null : each.severity, each.confidence === "high" ? null : `${each.confidence} confidence`, each.fix ? (each.fix[0] ? "safe fix" : "unsafe fix") : null, each.state === "open" ? null : each.state];
  return make("li", {}, make("article", { class: "card" },
    make("h3", {}, where(each.place), " ", make("span", { class: "broken" }, each.code), " ", link(rule), tags.filter(Boolean).map((tag) => make("span", { class: "tag" }, tag))),
    make("p", { class: "message" }, each.message),
    each.lines.length > 1 ? excerpt(each) : null,
    each.related.length ? make("details", {}, make("summary", {}, `Data flow (${plural(each.related.length, "step")})`), make("ol", { class: "trace" }, each.related.map(step))) : null,
    each.fix ? make("p", { class: "soft" }, `Fix: ${each.fix[1]}`) : null,
    waiver ? make("p", { class: "soft" }, `Suppressed by ${waiver.shown}: ${waiver.reason || "no reason"}`) : null,
    each.owners.length ? make("p", { class: "soft" }, `Owners: ${each.owners.join(" ")}`) : null,
    rule.clause ? make("p", { class: "soft" }, `The standard: ${rule.clause}`) : null));
}
let haystacks = null;
function haystack(index) {
  haystacks ||= data.findings.map((each) => [place(each.place), each.code, data.rules[each.code].name, each.message, ...each.lines.slice(1), ...each.related.map((one) => one[1])].join("\n").toLowerCase());
  return haystacks[index];
}
/* The values by which each filter finds a finding. */
const FIELDS = {
  rule: (each) => [each.code],
  chapter: (each) => [data.rules[each.code].chapter],
  folder: (each) => above(each.place[0]),
  owner: ownersOf,
  severity: (each) => [each.severity],
  confidence: (each) => [each.confidence],
  since: (each) => (each.new ? ["new"] : []),
  state: (each) => (each.state === "suppressed" ? ["suppressed", "all"] : ["unsuppressed", each.state, "all"]),
};
const NAMES = Object.keys(FIELDS);
const foldersAbove = new Map();
/* The path and the folders around it, with and without a slash at the end. */
function above(index) {
  if (!foldersAbove.has(index)) {
    const path = pathOf(index), found = [path];
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) found.push(path.slice(0, at), path.slice(0, at + 1));
    foldersAbove.set(index, found);
  }
  return foldersAbove.get(index);
}
let chosenWaiver = null, matching = [], shown = 0;
function select() {
  const wanted = Object.fromEntries(NAMES.map((name) => [name, $(name).value])), words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = Object.fromEntries(NAMES.map((name) => [name, new Map()]));
  matching = [];
  data.findings.forEach((each, index) => {
    if (chosenWaiver !== null && each.waiver !== chosenWaiver) return;
    if (words.length && !words.every((word) => haystack(index).includes(word))) return;
    /* An option counts what choosing it would show: what every other filter lets through. */
    const failed = NAMES.filter((name) => wanted[name] && !FIELDS[name](each).includes(wanted[name]));
    if (failed.length > 1) return;
    for (const name of failed.length ? failed : NAMES) for (const value of FIELDS[name](each)) counts[name].set(value, (counts[name].get(value) || 0) + 1);
    if (!failed.length) matching.push(each);
  });
  for (const name of NAMES) for (const option of $(name).options) if (option.value) option.textContent = `${option.dataset.label} (${number(counts[name].get(option.value) || 0)})`;
  shown = 0;
  $("list").replaceChildren();
  extend();
}

/* Addresses of views: #findings?rule=STO201&state=baselined */
const VIEW = "#findings?";
function remember() {
  const view = new URLSearchParams();
  for (const name of NAMES) if ($(name).selectedIndex > 0) view.set(name, $(name).value);
  if ($("q").value) view.set("q", $("q").value);
  if (chosenWaiver !== null) view.set("suppression", chosenWaiver);
  history.replaceState(null, "", VIEW + view);
}
function choose(view) {
  const waiver = view.get("suppression");
  chosenWaiver = waiver !== null && waiver in data.waivers ? Number(waiver) : null;
  $("q").value = view.get("q") || "";
  for (const name of NAMES) {
    const value = view.get(name);
    if (value && name === "folder" && ![...$(name).options].some((option) => option.value === value)) $(name).append(option([value, value]));
    $(name).value = value || "";
    if ($(name).selectedIndex < 0) $(name).selectedIndex = 0;
  }
}
function recall() {
  if (!location.hash.startsWith(VIEW)) return false;
  choose(new URLSearchParams(location.hash.slice(VIEW.length)));
  select();
  $("findings").scrollIntoView();
  return true;
}
function extend() {
  const next = matching.slice(shown, shown + PAGE);
  shown += next.length;
  $("list").append(...next.map(item));
  $("more").hidden = shown >= matching.length;
  $("count").textContent = matching.length ? `${plural(matching.length, "finding")} of ${number(data.findings.length)}, ${number(shown)} shown` : data.findings.length ? "Nothing matches the filter." : "No findings.";
}
function show(filter) {
  const { waiver, ...view } = filter;
  choose(new URLSearchParams({ ...view, ...(waiver === undefined ? {} : { suppression: waiver }) }));
  select();
  remember();
  $("findings").focus({ preventScroll: true });
  $("findings").scrollIntoView();
}
const option = ([value, label]) => { const made = make("option", { value }, label); made.dataset.label = label; return made; };
function options(id, all, entries) {
  $(id).append(...(all === null ? [] : [option(["", all])]), ...entries.map(option));
}
function filters() {
  const codes = Object.keys(data.rules).filter((code) => data.findings.some((each) => each.code === code));
  options("rule", "all rules", codes.map((code) => [code, `${code} ${data.rules[code].name}`]));
  options("chapter", "all chapters", chapters.map((name) => [name, title(name)]));
  options("folder", "all folders", data.folders.filter((each) => each.path).map((each) => [each.path, each.path]));
  options("owner", "all owners", tally(ownersOf).map(([name]) => [name, name]));
  options("severity", "any", ["error", "warning", "info"].map((name) => [name, name]));
  options("confidence", "any", ["high", "medium", "low"].map((name) => [name, name]));
  options("since", "all", [["new", "new"]]);
  $("since").parentElement.hidden = !data.since;
  options("state", null, [["unsuppressed", "open and baselined"], ["open", "open"], ["baselined", "baselined"], ["suppressed", "suppressed"], ["all", "all"]]);
  let timer = 0;
  const again = () => { chosenWaiver = null; select(); remember(); };
  $("q").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(again, 80); });
  for (const name of NAMES) $(name).addEventListener("change", again);
  window.addEventListener("hashchange", recall);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(again));
  $("more").addEventListener("click", extend);
  new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) extend(); }, { rootMargin: "800px" }).observe($("more"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) { event.preventDefault(); $("q").focus(); }
  });
}

/* Theme */
const THEMES = { system: "light dark", light: "light", dark: "dark" };
let theme = "system";
$("theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  theme = names[(names.indexOf(theme) + 1) % names.length];
  document.documentElement.style.colorScheme = THEMES[theme];
  $("theme").textContent = `Theme: ${theme}`;
});

overview();
teams();
standard();
folders();
filesAndOwners();
byRule();
waivers();
filters();
if (!recall()) select();
