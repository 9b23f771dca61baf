// Builds elements. Whatever comes from data is set as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const SEVERITIES = ["error", "warning", "info"];
const SIGNS = { error: "✕", warning: "!", info: "i" };
const TONES = ["good", "bad", "caution", "not-applicable"];
const STATES = { done: "✓", "not done": "✕", "not applicable": "–" };

// An element with attributes and children; texts become text nodes.
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    // Signs that turn the direction of writing would let a name rewrite what stands beside it.
    element.append(child instanceof Node ? child : String(child).replace(TURNING, ""));
  }
  return element;
}

// A name without underscores.
export function spoken(name) {
  return String(name).replaceAll("_", " ");
}

// A number in at most six digits or so, with a real minus sign.
export function number(value) {
  if (typeof value !== "number") return value === null ? "not a number" : String(value);
  if (!Number.isFinite(value)) return "not a number";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return signed(value.toLocaleString("en"));
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return signed(value.toExponential(3));
  return signed(String(Number(value.toPrecision(size >= 1 ? 6 : 4))));
}

function signed(text) {
  return text.replace("-", "−");
}

function oneOf(value, known, otherwise) {
  return known.includes(value) ? value : otherwise;
}

export function mark(sign, tone) {
  return el("span", { class: `mark is-${tone}`, "aria-hidden": "true" }, sign);
}

function chips(pairs) {
  if (!pairs.length) return null;
  return el(
    "div", { class: "chips" },
    pairs.map(([name, value]) => el("span", {}, `${spoken(name)} `, el("b", {}, value))),
  );
}

function rules(text) {
  const ids = String(text || "").split(",").map((id) => id.trim()).filter(Boolean);
  return ids.map((id) => el("span", { class: "rule" }, id));
}

// Findings, the worst first, as they are numbered on the chart.
export function ordered(findings) {
  const place = (finding) => SEVERITIES.indexOf(finding.severity);
  return [...findings].sort((a, b) => place(a) - place(b) || (a.epoch || 0) - (b.epoch || 0));
}

export function findingCards(findings, live) {
  if (!findings.length) return el("p", { class: "lead" }, live ? "Nothing was found so far." : "Nothing was found.");
  return el(
    "ol", { class: "findings" },
    findings.map((finding, index) => {
      const severity = oneOf(finding.severity, SEVERITIES, "info");
      const when = finding.epoch ? `epoch ${finding.epoch}` : "before training";
      const figures = Object.entries(finding.figures || {}).map(([n, v]) => [n, number(v)]);
      if (finding.where && finding.where.length) figures.push(["where", finding.where.join(", ")]);
      const also = finding.consequences || [];
      return el(
        "li", { class: "card finding", id: `finding-${index + 1}` },
        mark(SIGNS[severity], severity),
        el(
          "div", { class: "body" },
          el(
            "h3", {}, `${index + 1}. ${spoken(finding.fault)} `,
            el("small", {}, `${severity}, ${when}`), " ", rules(finding.rule),
          ),
          el("p", {}, finding.cause),
          el("p", { class: "remedy" }, finding.remedy),
          also.length ? el("p", { class: "lead" }, `Also seen: ${also.map(spoken).join(", ")}.`) : null,
          chips(figures),
        ),
      );
    }),
  );
}

export function checklistCards(lists) {
  return el(
    "div", { class: "lists" },
    lists.map((list) =>
      el(
        "div", { class: "card checklist" },
        el("h3", {}, list.title, " ", el("small", {}, `${list.done} of ${list.applicable}`)),
        el(
          "ul", {},
          list.items.map((item) => {
            const state = item.state in STATES ? item.state : "not applicable";
            return el(
              "li", {},
              mark(STATES[state], state.replace(" ", "-")),
              el(
                "div", {},
                el("b", {}, item.title), el("span", { class: "sr" }, ` (${state})`), " ",
                rules(item.rule),
                el("p", {}, item.evidence),
              ),
            );
          }),
        ),
      ),
    ),
  );
}

export function studyTree(study, opened) {
  const steps = study.groups.flatMap((group) => group.steps);
  const ends = steps.flatMap((step) => [step.low, step.high, step.gain_value]);
  const widest = Math.max(...ends.filter(Number.isFinite).map(Math.abs), 1e-12);
  const better = study.less ? "less is better" : "more is better";
  return el(
    "div", { class: "card tree" },
    el(
      "dl", { class: "outline" },
      study.outline.map(([label, text]) => el("div", {}, el("dt", {}, label), el("dd", {}, text))),
    ),
    steps.length
      ? el("p", { class: "lead" }, `The gain in ${study.metric} (${better}), with its 95 % interval; `
          + "right of the line is better.")
      : null,
    study.groups.map((group) => [
      el("h3", {}, `Phase ${group.phase}: ${group.title}`),
      el("ol", {}, group.steps.map((step) => studyStep(step, widest, opened))),
    ]),
  );
}

function studyStep(step, widest, opened) {
  const tone = oneOf(step.tone, TONES, "not-applicable");
  const known = step.interval ? ` (${step.interval})` : "";
  const details = el(
    "details", { "data-step": step.number },
    el(
      "summary", {},
      el("b", {}, `${step.number}. ${step.name}`), rules(step.rule),
      el("span", { class: `told is-${tone}` }, step.verdict),
      el("span", { class: "gain" }, `${step.gain}${known}`),
      interval(step, widest, tone),
    ),
    el("p", {}, step.hypothesis),
    step.words.map((words) => el("p", {}, words)),
    chips(step.figures),
    el("p", { class: "lead" }, step.cost),
  );
  details.open = opened.has(step.number);
  details.addEventListener("toggle", () => {
    if (details.open) opened.add(step.number);
    else opened.delete(step.number);
  });
  return el("li", { class: step.stayed ? "stayed" : null }, mark(step.mark, tone), details);
}

// The interval of a gain around nought, on the scale that all steps share.
function interval(step, widest, tone) {
  const x = (value) => 60 + (56 * value) / widest;
  const drawing = svg(
    "svg", { class: `interval is-${tone}`, viewBox: "0 0 120 16", "aria-hidden": "true" },
    svg("line", { class: "zero", x1: 60, x2: 60, y1: 0, y2: 16 }),
  );
  if (Number.isFinite(step.low) && Number.isFinite(step.high)) {
    drawing.append(
      svg("line", { class: "range", x1: x(step.low), x2: x(step.high), y1: 8, y2: 8 }),
    );
  }
  if (Number.isFinite(step.gain_value)) {
    drawing.append(svg("circle", { cx: x(step.gain_value), cy: 8, r: 4 }));
  }
  return drawing;
}
