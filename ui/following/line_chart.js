// Lines by epoch in the style of the app's other charts. Plotly is there only inside Streamlit's own element, which is
// built anew at every change of its data.

const [LEFT, RIGHT, TOP, BOTTOM] = [56, 12, 8, 42]; // pixels around the curves
const NEAR = 40; // pixels between a pointer and the point that it means
const DASHES = { solid: "", dash: "9 6", dot: "2 4", dashdot: "9 4 2 4" };
const SHAPES = {
    circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
    square: "M-3.6-3.6H3.6V3.6H-3.6Z",
    diamond: "M0-5 5 0 0 5-5 0Z",
    x: "M-4-2.4-2.4-4 0-1.6 2.4-4 4-2.4 1.6 0 4 2.4 2.4 4 0 1.6-2.4 4-4 2.4-1.6 0Z",
    star: "M0-5.5 1.3-1.8 5.2-1.7 2.1.7 3.2 4.4 0 2.2-3.2 4.4-2.1.7-5.2-1.7-1.3-1.8Z",
};

const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
};
const shape = (tag, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
};

const ticks = to => {
    const rough = to / 5;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * [1, 2, 5, 10].find(times => times * unit >= rough);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const count = Math.floor(to / step + 1e-9);
    return Array.from({ length: count + 1 }, (_, i) => [i * step, (i * step).toFixed(digits)]);
};

const path = (points, x, y) => points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");

/** A chart of lines; each point may be pointed at. */
const drawChart = (chart, { lines, looks, xTo, yTo, yTitle, alt, nothing }) => {
    const svg = chart.querySelector(".plot");
    const [wide, high] = [svg.clientWidth || 600, svg.clientHeight || 270];
    svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    svg.ariaLabel = alt;
    svg.dataset.points = lines.reduce((sum, { points }) => sum + points.length, 0);
    chart.places = [];
    if (!lines.some(({ points }) => points.length)) {
        const middle = { x: wide / 2, y: high / 2, "text-anchor": "middle" };
        return void svg.replaceChildren(shape("text", middle, nothing));
    }
    const x = value => LEFT + (value / xTo) * (wide - LEFT - RIGHT);
    const y = value => high - BOTTOM - (value / yTo) * (high - BOTTOM - TOP);
    const drawn = [];
    for (const [value, text] of ticks(xTo)) {
        drawn.push(shape("line", { class: "grid", x1: x(value), x2: x(value), y1: TOP, y2: high - BOTTOM }));
        drawn.push(shape("text", { x: x(value), y: high - BOTTOM + 16, "text-anchor": "middle" }, text));
    }
    for (const [value, text] of ticks(yTo)) {
        drawn.push(shape("line", { class: "grid", x1: LEFT, x2: wide - RIGHT, y1: y(value), y2: y(value) }));
        drawn.push(shape("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, text));
    }
    drawn.push(shape("text", { x: (LEFT + wide - RIGHT) / 2, y: high - 6, "text-anchor": "middle" }, "Epoch"));
    const beside = { transform: `translate(14 ${(TOP + high - BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle" };
    drawn.push(shape("text", beside, yTitle));
    for (const { variant, points, faint = [], symbol, digits, unit } of lines) {
        const { colour, dash } = looks[variant];
        const stroke = { stroke: colour, "stroke-dasharray": DASHES[dash] };
        drawn.push(shape("path", { class: "line faint", d: path(faint, x, y), ...stroke }));
        drawn.push(shape("path", { class: "line", d: path(points, x, y), ...stroke }));
        for (const [epoch, value] of symbol || points.length === 1 ? points : []) {
            const at = `translate(${x(epoch)} ${y(value)})`;
            drawn.push(shape("path", { d: SHAPES[symbol ?? "circle"], fill: colour, transform: at }));
        }
        for (const [epoch, value] of points) {
            const text = `${variant}, epoch ${epoch.toFixed(symbol ? 0 : 2)}: ${value.toFixed(digits)}${unit}`;
            chart.places.push({ x: x(epoch), y: y(value), text });
        }
    }
    svg.replaceChildren(...drawn);
};

const drawLegend = (chart, variants, looks) => {
    if (chart.named === variants.join()) return;
    chart.named = variants.join();
    chart.querySelector(".legend").replaceChildren(...variants.map(variant => {
        const { colour, dash } = looks[variant];
        const sample = shape("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" });
        sample.append(shape("line", {
            x1: 0, x2: 32, y1: 6, y2: 6, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": DASHES[dash],
        }));
        return make("span", {}, sample, variant);
    }));
};

const pointAt = (chart, event) => {
    const tip = chart.querySelector(".tip");
    const svg = chart.querySelector(".plot");
    const far = place => Math.hypot(place.x - event.offsetX, place.y - event.offsetY);
    const nearest = (chart.places ?? []).reduce((best, place) => (!best || far(place) < far(best) ? place : best), null);
    const meant = event.type !== "pointerleave" && nearest && far(nearest) < NEAR ? nearest : null;
    tip.textContent = meant?.text ?? "";
    if (!meant) return;
    tip.style.left = `${Math.max(0, Math.min(meant.x + 10, svg.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, svg.parentElement.offsetTop + svg.offsetTop + meant.y - tip.offsetHeight - 10)}px`;
};

