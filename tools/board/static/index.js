// The tab goodfit: a list of trainings, and one of them with all that is known of it.

import { drawCurves } from "./charts.js";
import { checklistCards, el, findingCards, ordered, number, spoken, studyTree } from "./parts.js";

const LIVE = 3000, QUIET = 6000; // milliseconds between two looks
const MANY = 8; // trainings from which on they can be searched
const state = { runs: [], name: "", metric: "loss", log: false, data: null, text: "", opened: new Set() };
const at = {};
let timer = 0;

export async function render() {
  document.documentElement.lang = "en";
  document.title = "goodfit";
  document.head.append(el("link", { rel: "stylesheet", href: "./goodfit.css" }));
  followTheme();
  at.search = el("input", { type: "search", placeholder: "Search trainings", "aria-label": "Search trainings" });
  at.search.addEventListener("input", showRuns);
  at.list = el("ul", { class: "runs" });
  at.main = el("main", {}, el("p", { class: "lead" }, "Reading…"));
  document.body.append(el("nav", { "aria-label": "Trainings" }, at.search, at.list), at.main);
  new ResizeObserver(() => showCurves()).observe(at.main);
  await look();
}

// Takes the light or dark of TensorBoard, which says so on its body.
function followTheme() {
  const outer = window.parent === window ? null : window.parent.document.body;
  const take = () => {
    const dark = outer ? outer.classList.contains("dark-mode") : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  take();
  if (outer) new MutationObserver(take).observe(outer, { attributes: true, attributeFilter: ["class"] });
}

async function answer(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.text();
}

async function look() {
  window.clearTimeout(timer);
  try {
    const runs = JSON.parse(await answer("./runs")).runs;
    if (JSON.stringify(runs) !== JSON.stringify(state.runs)) {
      state.runs = runs;
      if (!runs.some((run) => run.name === state.name)) state.name = runs.length ? runs[0].name : "";
      showRuns();
    }
    if (state.name) {
      const asked = state.name;
      const text = await answer(`./run?name=${encodeURIComponent(asked)}`);
      if (asked === state.name && text !== state.text) {
        state.text = text;
        state.data = JSON.parse(text);
        showRun();
      }
    } else {
      at.main.replaceChildren(el("p", { class: "lead" }, "No training has written anything yet."));
    }
    at.main.classList.remove("stale");
  } catch {
    at.main.classList.add("stale"); // the server ended, or is about to come back
  }
  timer = window.setTimeout(look, state.data && !state.data.live ? QUIET : LIVE);
}

function showRuns() {
  at.search.hidden = state.runs.length < MANY;
  const wanted = at.search.value.toLowerCase();
  const shown = state.runs.filter((run) => run.title.toLowerCase().includes(wanted));
  at.list.replaceChildren(
    ...shown.map((run) => {
      const chosen = run.name === state.name;
      const button = el("button", { type: "button", "aria-pressed": chosen }, run.title === "." ? "this folder" : run.title);
      button.addEventListener("click", () => choose(run.name));
      return el("li", {}, button);
    }),
  );
}

function choose(name) {
  Object.assign(state, { name, text: "", data: null });
  state.opened.clear();
  showRuns();
  look();
}

function showRun() {
  const data = state.data;
  const findings = ordered(data.findings);
  const names = Object.keys(data.curves);
  if (names.length && !names.includes(state.metric)) state.metric = names[0];
  const scrolled = at.main.scrollTop;
  at.curves = el("div", { class: "plot" });
  at.metrics = el("div", { class: "metrics", role: "group", "aria-label": "Metric" });
  const parts = [heading(data)];
  if (data.problem) parts.push(el("p", { class: "card problem" }, data.problem));
  if (names.length) {
    parts.push(section("Curves", "", el("div", { class: "card" }, at.metrics, at.curves)));
  } else if (data.live) {
    parts.push(el("p", { class: "lead" }, "No epoch has ended yet."));
  }
  parts.push(section("Findings", count(findings), findingCards(findings, data.live)));
  if (data.study) parts.push(section("Study", "what was tried, one change at a time", studyTree(data.study, state.opened)));
  if (data.checklists) parts.push(section("Checklists", "filled from the record of the run", checklistCards(data.checklists)));
  at.main.replaceChildren(...parts);
  at.main.scrollTop = scrolled;
  showCurves();
}

function heading(data) {
  const facts = [];
  if (data.target) facts.push(`predicts ${data.target}`);
  const epochs = Object.values(data.curves).flatMap((each) => Object.values(each)).map((c) => c.at(-1)[0]);
  if (epochs.length) facts.push(`${Math.max(...epochs)} epochs`);
  if (data.rows) facts.push(Object.entries(data.rows).map(([part, rows]) => `${number(rows)} ${part}`).join(", ") + " rows");
  if (data.stopped_by) facts.push(`ended: ${data.stopped_by}`);
  const title = data.title === "." ? "this folder" : data.title;
  return el(
    "header", {},
    el("h1", {}, title, data.live ? el("span", { class: "live" }, "not finished") : null),
    el("p", { class: "lead" }, facts.join(" · ")),
    data.verdict
      ? el("p", { class: `verdict is-${["good", "caution", "bad"].includes(data.verdict.tone) ? data.verdict.tone : "caution"}` },
          el("b", {}, data.verdict.title), " ", data.verdict.notes.join(" "))
      : null,
  );
}

function section(title, note, ...children) {
  return el("section", {}, el("h2", {}, title, " ", note ? el("small", {}, note) : null), children);
}

function count(findings) {
  const parts = [["error", "error"], ["warning", "warning"], ["info", "note"]].flatMap(([severity, word]) => {
    const many = findings.filter((finding) => finding.severity === severity).length;
    return many ? [`${many} ${word}${many > 1 ? "s" : ""}`] : [];
  });
  return parts.join(", ");
}

function showCurves() {
  if (!state.data || !at.curves || !at.curves.isConnected) return;
  const names = Object.keys(state.data.curves);
  at.metrics.replaceChildren(
    ...names.map((name) => {
      const button = el("button", { type: "button", "aria-pressed": name === state.metric }, spoken(name));
      button.addEventListener("click", () => { state.metric = name; showCurves(); });
      return button;
    }),
    legend(state.data.curves[state.metric]),
    toggle(),
  );
  drawCurves(at.curves, state.data.curves[state.metric], {
    name: state.metric, best: state.data.best_epoch, logarithmic: state.log,
    findings: ordered(state.data.findings), onFinding: point,
  });
}

function legend(curves) {
  const named = state.metric === "learning_rate" ? [] : ["train", "validation"].filter((part) => curves[part]);
  return el("span", { class: "legend" }, named.map((part) => el("span", { class: part }, part === "train" ? "training" : part)));
}

function toggle() {
  const box = el("input", { type: "checkbox" });
  box.checked = state.log;
  box.addEventListener("change", () => { state.log = box.checked; showCurves(); });
  return el("label", { class: "log" }, box, " log scale");
}

function point(place) {
  const card = document.getElementById(`finding-${place}`);
  if (!card) return;
  card.scrollIntoView({ block: "center", behavior: "smooth" });
  card.classList.add("pointed");
  window.setTimeout(() => card.classList.remove("pointed"), 1600);
}
