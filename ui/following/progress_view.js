// A run under way: its stages, its progress and its curves. The events come from a stream, not from Python: the page's
// script runs again only when the run's state or, for an experiment, its cells are no longer those that it shows.

const FIRST = 8000; // ms within which the first message must come: otherwise there is no stream on this way
const SILENCE = 25000; // ms without a sign of life (the server sends one every 10 s)
const SLOWEST = 10000; // ms between two tries to connect
const [AGAIN, SOONEST] = [5000, 1000]; // ms between two requests to Python: for the same, and for something else
const ENDED = ["finished", "failed", "cancelled", "interrupted"];
const CHOSEN = "kdps-curve"; // where this tab keeps which curve was chosen
const MOST_POINTS = 400;
const TOLD = "kdps-run"; // the event by which other parts of the page hear of the run

// ---- what is drawn of the numbers

/** The same running mean as in ui/figures/run/curves.py. */
const runningMean = values => {
    const span = Math.max(1, Math.min(25, Math.floor(values.length / 15)));
    return values.map((_, i) => {
        const part = values.slice(Math.max(0, i + 1 - span), i + 1);
        return part.reduce((sum, value) => sum + value, 0) / part.length;
    });
};

const thinned = points => {
    const stride = Math.ceil(points.length / MOST_POINTS) || 1;
    return points.filter((_, i) => i % stride === 0);
};

const series = (panel, variant, wanted) =>
    panel.points.filter(point => point[0] === variant).flatMap(point => {
        const value = wanted(point);
        return value === null || value === undefined ? [] : [[point[2], value]];
    });

const losses = (panel, { term, variants }) => {
    const place = 3 + ["hard", "soft", "total"].indexOf(term);
    return variants.map(variant => {
        const points = thinned(series(panel, variant, point => (point.length > 4 ? point[place] : null)));
        const means = runningMean(points.map(([, value]) => value));
        return { variant, faint: points, points: points.map(([epoch], i) => [epoch, means[i]]), digits: 3, unit: "" };
    });
};

const validation = panel =>
    Object.keys(panel.data.looks).map(variant => {
        const points = series(panel, variant, point => (point.length === 4 ? point[3] : null));
        return { variant, points, symbol: panel.data.looks[variant].symbol, digits: 1, unit: " %" };
    }).filter(({ points }) => points.length);

const drawCurves = panel => {
    const { data, message } = panel;
    const title = panel.chosen ?? message.curve;
    panel.root.querySelector(`input[value="${title}"]`).checked = true;
    const [first, second] = panel.root.querySelectorAll(".chart");
    const curve = data.curves[title];
    const of = (chart, name) => chart.querySelector(name);
    of(first, ".title").textContent = `${curve.title}${message.of_repeats}`;
    of(first, ".caption").textContent = curve.caption;
    of(second, ".title").textContent = `Validation accuracy${message.of_repeats}`;
    const lines = losses(panel, curve);
    drawLegend(first, curve.variants, data.looks);
    const furthest = all => Math.max(...all.flatMap(({ points }) => points.map(([epoch]) => epoch)), 0);
    const highest = Math.max(...lines.flatMap(({ faint }) => faint.map(([, value]) => value)), 0);
    drawChart(first, {
        lines, looks: data.looks, xTo: curve.last_epoch ?? (furthest(lines) || 1), yTo: 1.05 * highest || 1,
        yTitle: `${curve.title} (nats)`, alt: message.alts[title], nothing: "The curve begins with the first steps",
    });
    const accuracies = validation(panel);
    drawLegend(second, accuracies.map(({ variant }) => variant), data.looks);
    drawChart(second, {
        lines: accuracies, looks: data.looks, xTo: furthest(accuracies) || 1, yTo: 100,
        yTitle: "Validation accuracy (%)", alt: message.validation_alt,
        nothing: "The first value comes with the first epoch",
    });
};

// ---- what is drawn of the words

const drawStep = ({ mark, title, state, tip }) => {
    const step = make("li", { title: tip }, `${mark} ${title}`, make("span", { className: "spoken" }, ` (${state})`));
    step.classList.toggle("reached", ["done", "now", "stopped here"].includes(state));
    step.classList.toggle("current", ["now", "stopped here"].includes(state));
    if (state === "now") step.ariaCurrent = "step";
    return step;
};

const show = (element, wanted, ...content) => {
    element.hidden = !wanted;
    if (wanted) element.replaceChildren(...content);
};

const draw = panel => {
    panel.drawing = 0;
    const { data, message, root } = panel;
    if (!message) return;
    const part = name => root.querySelector(name);
    const [before, id, after] = message.headline;
    show(part(".headline"), !ENDED.includes(message.state), before, make("code", {}, id), after);
    show(part(".queue"), message.queue, message.queue);
    if (data.whole) show(part(".steps"), true, ...message.steps.map(drawStep));
    const running = message.state === "running";
    const [title, words, note] = message.doing;
    show(part(".doing"), running && title, make("strong", {}, title ?? ""), ` ${words} `, make("em", {}, note ?? ""));
    show(part(".pace"), running, message.pace);
    part("progress").hidden = !running;
    part("progress").value = message.share;
    if (data.whole) drawCurves(panel);
    document.dispatchEvent(new CustomEvent(TOLD, { detail: { run: id, newest: message.newest } }));
};
const drawSoon = panel => (panel.drawing ||= requestAnimationFrame(() => draw(panel)));

// ---- where the numbers come from

const take = (panel, message) => {
    if (message.after === 0) panel.points = [];
    else if (message.repeat !== panel.message?.repeat) panel.points = panel.points.filter(([name]) => name === "teacher");
    panel.points.push(...message.points);
    panel.message = message;
    drawSoon(panel);
    ask(panel);
};

/** Let the page's script run again if it shows another state. It is asked again if nothing came of it. */
const ask = panel => {
    const { data, message, asked } = panel;
    if (!message || !data.stream) return;
    if (message.state === data.state && (data.cells === null || message.cells === data.cells)) return;
    const wanted = `${message.state} ${message.cells}`;
    if (asked && Date.now() - asked.at < (asked.wanted === wanted ? AGAIN : SOONEST)) return;
    panel.asked = { wanted, at: Date.now() };
    panel.trigger("moved", wanted);
};

const lose = (panel, isLost) => (panel.root.querySelector(".lost").hidden = !isLost);

const disconnect = panel => {
    panel.source?.close();
    panel.source = null;
};

const connect = panel => {
    disconnect(panel);
    const isOver = panel.message && ENDED.includes(panel.message.state);
    if (!panel.data.stream || panel.useless || isOver || document.hidden) return;
    const after = panel.message?.last ?? 0;
    const source = new EventSource(new URL(`${panel.data.stream}?after=${after}`, location.href));
    panel.source = source;
    panel.heard = panel.connected = Date.now();
    const hear = () => {
        Object.assign(panel, { heard: Date.now(), works: true, tries: 0 });
        if (panel.heard - panel.connected > SILENCE) panel.silences = 0;
        lose(panel, false);
    };
    source.addEventListener("beat", hear);
    source.onmessage = event => {
        hear();
        take(panel, JSON.parse(event.data));
        if (ENDED.includes(panel.message.state)) disconnect(panel);
    };
    source.onerror = () => {
        panel.silences = 0; // the connection broke, so nothing holds the messages back
        if (!panel.works && source.readyState === EventSource.CLOSED) return giveUp(panel);
        lose(panel, true);
        if (source.readyState !== EventSource.CLOSED) return; // the browser connects again
        panel.tries += 1;
        setTimeout(() => panel.source === source && connect(panel), Math.min(SLOWEST, 1000 * 2 ** panel.tries));
    };
};

/** There is no stream here, or something on the way holds it back: the page's script is to run by its timer. */
const giveUp = panel => {
    panel.useless = true;
    disconnect(panel);
    lose(panel, false);
    panel.state("stream", "none");
};

const watchOver = panel => {
    ask(panel);
    if (!panel.source) return;
    const silent = Date.now() - panel.heard;
    if (!panel.works && silent > FIRST) return giveUp(panel);
    if (silent < SILENCE) return;
    panel.silences += 1;
    if (panel.silences > 1) return giveUp(panel); // it connects, and still nothing comes through
    lose(panel, true);
    connect(panel);
};

const begin = (root, data) => {
    const chosen = sessionStorage.getItem(CHOSEN);
    const panel = { root, data, chosen, points: [], message: null, tries: 0, silences: 0 };
    const curves = root.querySelector("fieldset");
    for (const title of Object.keys(data.curves)) {
        const choice = make("input", { type: "radio", name: "curve", value: title });
        choice.onchange = () => {
            sessionStorage.setItem(CHOSEN, (panel.chosen = title));
            draw(panel);
        };
        curves.append(make("label", {}, choice, title));
    }
    for (const chart of root.querySelectorAll(".chart")) {
        const svg = chart.querySelector(".plot");
        svg.onpointermove = svg.onpointerleave = event => pointAt(chart, event);
    }
    for (const name of [".steps", "fieldset", ".chart"])
        root.querySelectorAll(name).forEach(element => (element.hidden = !data.whole));
    const resized = new ResizeObserver(() => drawSoon(panel));
    resized.observe(root);
    const seen = () => (document.hidden ? disconnect(panel) : connect(panel)); // a tab that nobody sees needs no stream
    document.addEventListener("visibilitychange", seen);
    const watching = setInterval(watchOver, 1000, panel);
    panel.end = () => {
        disconnect(panel);
        resized.disconnect();
        document.removeEventListener("visibilitychange", seen);
        clearInterval(watching);
    };
    return panel;
};

export default function ({ data: [data], parentElement, setStateValue, setTriggerValue }) {
    const root = parentElement.querySelector(".panel");
    const panel = (root.panel ??= begin(root, data));
    Object.assign(panel, { data, state: setStateValue, trigger: setTriggerValue });
    if (data.message && !(data.stream && panel.message)) take(panel, data.message); // the stream knows more
    if (!data.stream) disconnect(panel);
    else if (!panel.source) connect(panel);
    return panel.end;
}
