// A recorded run, played. Only the pace is made here: every step, point, square and number is in the recording.

const PACE = { point: 35, stage: 800, pruned: 1800, measured: 500 }; // ms that a step takes
const FURTHEST = 250; // ms between two frames: where frames are few, the run plays slower and leaves nothing out
const GAP = 3; // pixels between two layers

const paceOf = step => PACE[Object.keys(PACE).find(kind => kind in step)];

/** The place of each square of a layer in the order in which they go. How many go is recorded, not which. */
const ranks = count => {
    const mixed = Array.from({ length: count }, (_, i) => {
        const first = Math.imul(i + 1, 0x9e3779b1);
        const second = Math.imul(first ^ (first >>> 15), 0x85ebca77);
        return [(second ^ (second >>> 13)) >>> 0, i];
    });
    const found = [];
    mixed.sort(([a], [b]) => a - b).forEach(([, i], rank) => (found[i] = rank));
    return found;
};

/** The largest squares with which all layers fit beside one another. */
const fit = (layers, wide, high) => {
    for (let side = 12; side > 2; side -= 0.5) {
        const rows = Math.floor(high / side);
        const columns = layers.reduce((sum, [full]) => sum + Math.ceil(full / rows), 0);
        if (columns * side + (layers.length - 1) * GAP <= wide) return [side, rows];
    }
    return [2, Math.floor(high / 2)];
};

const drawWeights = (canvas, layers, share, colour) => {
    const ratio = devicePixelRatio || 1;
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [wide * ratio, high * ratio];
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const [side, rows] = fit(layers, wide, high);
    const text = getComputedStyle(canvas).color;
    let [left, filled] = [0, 0];
    for (const [full, kept, rank] of layers) {
        const gone = Math.round(share * (full - kept));
        for (let i = 0; i < full; i++) {
            const isGone = rank[i] < gone;
            context.globalAlpha = isGone ? 0.13 : colour ? 1 : 0.4;
            context.fillStyle = isGone || !colour ? text : colour;
            context.fillRect(left + Math.floor(i / rows) * side, (i % rows) * side, side - 1, side - 1);
        }
        filled += full - gone;
        left += Math.ceil(full / rows) * side + GAP;
    }
    canvas.dataset.filled = filled;
};

const drawMeasured = (list, { measured, looks }, found) => {
    const items = measured.map(variant => {
        const { accuracy, interval } = found[variant] ?? { accuracy: "...", interval: "not measured yet" };
        const item = make("li", {}, variant, make("strong", {}, accuracy), interval);
        item.style.borderColor = looks[variant].colour;
        item.classList.toggle("waits", !found[variant]);
        return item;
    });
    list.replaceChildren(...items);
};

/** What has been played, from the first step on. */
const played = ({ data, at, spent }) => {
    const seen = { points: {}, found: {}, share: 0 };
    for (const step of data.steps.slice(0, at + 1)) {
        const isNow = step === data.steps[at];
        if (step.stage) Object.assign(seen, step);
        if (step.point) (seen.points[step.point[0]] ??= []).push(step.point.slice(1));
        if (step.pruned) seen.share = isNow ? Math.min(1, spent / PACE.pruned) : 1;
        if (step.measured) seen.found[step.measured] = step;
    }
    return seen;
};

const drawPlayback = run => {
    const { root, data } = run;
    const part = name => root.querySelector(name);
    const { points, found, share, stage, words, variant } = played(run);
    const isOver = run.at >= data.steps.length;
    part(".doing").replaceChildren(...(isOver ? [data.ending] : [make("strong", {}, `${stage}. `), words]));
    part("button").textContent = run.frame ? "Stop" : isOver ? "Play again" : "Play";
    const chart = part(".chart");
    part(".chart .title").textContent = `${data.title} by epoch`;
    const lines = data.variants.map(name => ({ variant: name, points: points[name] ?? [], digits: 3, unit: "" }));
    drawLegend(chart, data.variants, data.looks);
    drawChart(chart, {
        lines, looks: data.looks, xTo: data.x_to, yTo: data.y_to, yTitle: `${data.title} (nats)`, alt: data.alt,
        nothing: "The curves begin with the first steps",
    });
    if (variant) run.variant = variant;
    part(".weights").textContent = data.weights[share < 1 ? 0 : 1];
    const canvas = part("canvas");
    canvas.ariaLabel = `${data.weights[0]} ${data.weights[1]}`;
    const latest = isOver ? data.last : (variant ?? run.variant);
    drawWeights(canvas, run.layers, share, data.looks[latest]?.colour);
    drawMeasured(part("ul"), data, found);
};

const stop = run => {
    cancelAnimationFrame(run.frame);
    run.frame = 0;
    drawPlayback(run);
};

const play = run => {
    if (run.at >= run.data.steps.length) Object.assign(run, { at: 0, spent: 0, variant: null });
    let before = performance.now();
    const advance = now => {
        run.spent += Math.min(FURTHEST, now - before);
        before = now;
        while (run.at < run.data.steps.length && run.spent >= paceOf(run.data.steps[run.at])) {
            run.spent -= paceOf(run.data.steps[run.at]);
            run.at += 1;
        }
        if (run.at >= run.data.steps.length) return stop(run);
        run.frame = requestAnimationFrame(advance);
        drawPlayback(run);
    };
    run.frame = requestAnimationFrame(advance);
};

const open = (root, data) => {
    const layers = data.layers.map(([full, kept]) => [full, kept, ranks(full)]);
    const run = { root, data, layers, at: 0, spent: 0, frame: 0, variant: null };
    const svg = root.querySelector(".plot");
    svg.onpointermove = svg.onpointerleave = event => pointAt(root.querySelector(".chart"), event);
    root.querySelector("button").onclick = () => (run.frame ? stop(run) : play(run));
    const resized = new ResizeObserver(() => run.frame || drawPlayback(run));
    resized.observe(root);
    run.end = () => {
        cancelAnimationFrame(run.frame);
        resized.disconnect();
    };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) run.at = data.steps.length;
    else play(run);
    return run;
};

export default function ({ data: [data], parentElement }) {
    const root = parentElement.querySelector(".playback");
    return (root.run ??= open(root, data)).end;
}
