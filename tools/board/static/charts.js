// The curves of one metric over the epochs, with the findings at the epochs where they were seen.

import { el, number, spoken, svg } from "./parts.js";

const HEIGHT = 320;
const MARGIN = { top: 34, right: 16, bottom: 38, left: 62 };
const PARTS = [["train", "training"], ["validation", "validation"]];
const LETTER = 6.6; // pixels

// Draws into a place that has a width; `onFinding(number)` is called for a mark that is pressed.
export function drawCurves(place, curves, { name, best, findings, logarithmic, onFinding }) {
  const width = Math.max(280, place.clientWidth);
  const points = PARTS.flatMap(([part]) => curves[part] || []);
  const epochs = points.map(([epoch]) => epoch);
  const values = points.map(([, value]) => value).filter((v) => Number.isFinite(v));
  const isLog = logarithmic && values.length > 0 && values.every((value) => value > 0);
  const scaled = (value) => (isLog ? Math.log10(value) : value);
  const first = Math.min(1, ...epochs), last = Math.max(2, ...epochs);
  let [low, high] = values.length
    ? [Math.min(...values.map(scaled)), Math.max(...values.map(scaled))] : [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  [low, high] = [low - room, high + room];
  const inner = { w: width - MARGIN.left - MARGIN.right, h: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (epoch) => MARGIN.left + (inner.w * (epoch - first)) / (last - first);
  const y = (value) => MARGIN.top + inner.h * (1 - (scaled(value) - low) / (high - low));

  const told = PARTS.filter(([part]) => curves[part]).map(([part, label]) => {
    const end = curves[part].at(-1);
    return `${label} ${number(end[1])} in epoch ${end[0]}`;
  });
  const drawing = svg("svg", {
    class: "curves", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img",
    "aria-label": `${spoken(name)}: ${told.join(", ")}`,
  });
  for (const value of ticks(low, high, 6)) {
    const height = MARGIN.top + inner.h * (1 - (value - low) / (high - low));
    drawing.append(
      svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: height, y2: height }),
      svg("text", { class: "tick", x: MARGIN.left - 8, y: height + 4, "text-anchor": "end" },
        tickText(isLog ? 10 ** value : value)),
    );
  }
  for (const epoch of ticks(first, last, Math.min(8, Math.floor(inner.w / 60)))) {
    if (Number.isInteger(epoch)) {
      drawing.append(svg("text", { class: "tick", x: x(epoch), y: HEIGHT - 18, "text-anchor": "middle" }, epoch));
    }
  }
  drawing.append(svg("text", { class: "tick", x: width - MARGIN.right, y: HEIGHT - 3, "text-anchor": "end" }, "epoch"));

  if (best && best >= first && best <= last) {
    const heights = [HEIGHT - MARGIN.bottom - 8, MARGIN.top + 14, MARGIN.top + inner.h / 2];
    const free = heights.find((height) => !PARTS.some(([part]) => passes(curves[part] || [], x, y, x(best), height)));
    drawing.append(upright("best", x(best)), labelled(x(best), free ?? heights[0], `best: ${best}`, width, "best"));
  }
  for (const [part] of PARTS) {
    for (const d of paths(curves[part] || [], x, y)) {
      drawing.append(svg("path", { class: `line ${part}`, d }));
    }
    const finite = (curves[part] || []).filter(([, value]) => Number.isFinite(value));
    if (finite.length < 4) {
      finite.forEach(([epoch, value]) =>
        drawing.append(svg("circle", { class: `dot ${part}`, cx: x(epoch), cy: y(value), r: 3.5 })));
    }
    for (const [epoch, value] of curves[part] || []) {
      if (!Number.isFinite(value)) {
        drawing.append(svg("text", { class: "broken", x: x(epoch), y: HEIGHT - MARGIN.bottom, "text-anchor": "middle" }, "✕"));
      }
    }
  }
  drawing.append(...marks(findings, x, onFinding));
  place.replaceChildren(drawing, hover(drawing, curves, name, x, y, width));
}

// Whether a curve passes a line of text that stands at a place, to its left or to its right.
function passes(curve, x, y, place, height) {
  const known = curve.filter(([, value]) => Number.isFinite(value)).map(([epoch, value]) => [x(epoch), y(value)]);
  return [-60, -40, -20, 0, 20, 40, 60].some((aside) => {
    const after = known.findIndex(([at]) => at >= place + aside);
    if (after < 0 || (after === 0 && known[0][0] > place + aside)) return false;
    const [[left, from], [right, to]] = [known[Math.max(0, after - 1)], known[after]];
    const found = right > left ? from + ((to - from) * (place + aside - left)) / (right - left) : to;
    return Math.abs(found - (height - 4)) < 12;
  });
}

// One mark for each finding that has an epoch; those of one epoch stand below each other.
function marks(findings, x, onFinding) {
  const at = new Map();
  return findings.flatMap((finding, index) => {
    if (!finding.epoch) return [];
    const row = at.get(finding.epoch) || 0;
    at.set(finding.epoch, row + 1);
    const tone = ["error", "warning", "info"].includes(finding.severity) ? finding.severity : "info";
    const group = svg(
      "g", { class: `finding-mark is-${tone}`, tabindex: 0, role: "button",
        "aria-label": `finding ${index + 1}: ${spoken(finding.fault)}, epoch ${finding.epoch}` },
      svg("circle", { cx: x(finding.epoch), cy: 17 + row * 22, r: 10 }),
      svg("text", { x: x(finding.epoch), y: 21 + row * 22, "text-anchor": "middle" }, index + 1),
    );
    group.addEventListener("click", () => onFinding(index + 1));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        onFinding(index + 1);
      }
    });
    return row ? [group] : [upright(`mark is-${tone}`, x(finding.epoch)), group];
  });
}

// The values of the epoch under the pointer.
function hover(drawing, curves, name, x, y, width) {
  const tip = el("div", { class: "tip", hidden: "" });
  const epochs = [...new Set(PARTS.flatMap(([part]) => (curves[part] || []).map(([e]) => e)))];
  const line = upright("pointer", 0);
  line.setAttribute("visibility", "hidden");
  drawing.append(line);
  drawing.addEventListener("pointermove", (event) => {
    if (!epochs.length) return;
    const at = event.clientX - drawing.getBoundingClientRect().left;
    const near = (a, b) => (Math.abs(x(b) - at) < Math.abs(x(a) - at) ? b : a);
    const epoch = epochs.reduce(near);
    line.setAttribute("x1", x(epoch));
    line.setAttribute("x2", x(epoch));
    line.setAttribute("visibility", "visible");
    const rows = PARTS.flatMap(([part, label]) => {
      const found = (curves[part] || []).find(([each]) => each === epoch);
      return found ? [el("div", { class: part }, `${label} `, el("b", {}, number(found[1])))] : [];
    });
    tip.replaceChildren(el("small", {}, `${spoken(name)}, epoch ${epoch}`), ...rows);
    tip.hidden = false;
    tip.style.left = `${Math.min(x(epoch) + 12, width - 170)}px`;
  });
  drawing.addEventListener("pointerleave", () => {
    tip.hidden = true;
    line.setAttribute("visibility", "hidden");
  });
  return tip;
}

function upright(kind, x) {
  return svg("line", { class: kind, x1: x, x2: x, y1: MARGIN.top - 6, y2: HEIGHT - MARGIN.bottom });
}

function labelled(x, y, text, width, kind) {
  const right = x + 6 + text.length * LETTER < width - MARGIN.right;
  return svg("text", { class: `note ${kind}`, x: x + (right ? 5 : -5), y, "text-anchor": right ? "start" : "end" }, text);
}

// A path for each stretch without a value that is no number.
function paths(points, x, y) {
  const found = [];
  let part = [];
  for (const [epoch, value] of [...points, [0, null]]) {
    if (Number.isFinite(value)) part.push(`${part.length ? "L" : "M"}${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`);
    else {
      if (part.length > 1) found.push(part.join(""));
      part = [];
    }
  }
  return found;
}

function ticks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * size).find((each) => each >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) {
    found.push(Math.abs(value) < step * 1e-9 ? 0 : Number(value.toPrecision(12)));
  }
  return found;
}

function tickText(value) {
  const size = Math.abs(value);
  if (size && (size >= 1e5 || size < 1e-3)) return value.toExponential(0).replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
