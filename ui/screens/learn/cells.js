// A matrix of weights, a pixel each: violet below zero, ochre above, nothing where a weight is pruned; and below it how
// many weights have which value. The browser enlarges the pixels. Charts of Plotly's would be built anew at every move
// of a slider, which takes longer than the move.

const [BELOW, ZERO, ABOVE] = ["#6A5ACD", "#B8BEC2", "#A66F00"].map(hex =>
    [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)),
);
const PRUNED = "rgb(154 163 168 / 0.5)";
const [LEFT, BOTTOM, TOP] = [34, 20, 8]; // pixels around the bars

const colour = share => {
    const [end, by] = [share < 0 ? BELOW : ABOVE, Math.min(1, Math.abs(share))];
    return ZERO.map((part, i) => part + by * (end[i] - part));
};

const written = value => {
    const digits = value ? Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))) : 0;
    return value.toFixed(digits).replace("-", "\u2212"); // three significant digits, and never an exponent
};

const drawCells = (canvas, data) => {
    [canvas.width, canvas.height] = [data.columns, data.rows];
    const context = canvas.getContext("2d");
    const picture = context.createImageData(data.columns, data.rows);
    data.weights.forEach((weight, i) => {
        if (data.kept[i] === "1") picture.data.set([...colour(weight / data.strong), 255], 4 * i);
    });
    context.putImageData(picture, 0, 0);
};

const drawBars = (canvas, data) => {
    const ratio = devicePixelRatio || 1;
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [wide * ratio, high * ratio];
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const most = Math.max(...data.bins.every);
    const across = value => LEFT + ((value + data.limit) / (2 * data.limit)) * (wide - LEFT);
    const up = count => high - BOTTOM - (count / most) * (high - BOTTOM - TOP);
    const step = (wide - LEFT) / data.bins.every.length;
    data.bins.every.forEach((count, i) => {
        const kept = data.bins.kept[i];
        context.fillStyle = PRUNED;
        context.fillRect(LEFT + i * step, up(count), step - 1, up(kept) - up(count));
        context.fillStyle = data.colour;
        context.fillRect(LEFT + i * step, up(kept), step - 1, up(0) - up(kept));
    });
    context.strokeStyle = context.fillStyle = getComputedStyle(canvas).color;
    context.setLineDash([3, 3]);
    for (const side of data.threshold === null ? [] : [-data.threshold, data.threshold]) {
        context.beginPath();
        context.moveTo(across(side), TOP);
        context.lineTo(across(side), up(0));
        context.stroke();
    }
    context.font = "11px sans-serif";
    context.textAlign = "right";
    context.fillText(most, LEFT - 4, TOP + 8);
    context.fillText(0, LEFT - 4, up(0));
    context.fillText(written(data.limit), wide, high - 5);
    context.textAlign = "left";
    context.fillText(written(-data.limit), LEFT, high - 5);
    context.textAlign = "center";
    context.fillText("weight", across(0), high - 5);
};

export default function ({ data: [data], parentElement }) {
    const [cells, bars] = parentElement.querySelectorAll("canvas");
    const tip = parentElement.querySelector(".tip");
    cells.setAttribute("aria-label", data.alt);
    bars.setAttribute("aria-label", data.bins.alt);
    drawCells(cells, data);
    drawBars(bars, data);

    const say = (event, text) => {
        const canvas = event.target;
        tip.textContent = text;
        tip.style.left = `${Math.min(event.offsetX + 12, canvas.clientWidth - tip.offsetWidth)}px`;
        tip.style.top = `${canvas.offsetTop + Math.max(event.offsetY - tip.offsetHeight - 8, 0)}px`;
    };
    cells.onpointermove = event => {
        const column = Math.floor((event.offsetX / cells.clientWidth) * data.columns);
        const row = Math.floor((event.offsetY / cells.clientHeight) * data.rows);
        const i = row * data.columns + column;
        if (!(i in data.weights)) return;
        const state = data.kept[i] === "1" ? "" : ", pruned";
        say(event, `output ${row}, input ${column}: ${written(data.weights[i])}${state}`);
    };
    bars.onpointermove = event => {
        const count = data.bins.every.length;
        const i = Math.floor(((event.offsetX - LEFT) / (bars.clientWidth - LEFT)) * count);
        if (!(i in data.bins.every)) return say(event, "");
        const middle = (((i + 0.5) / count) * 2 - 1) * data.limit;
        const kept = data.bins.kept[i];
        say(event, `near ${written(middle)}: ${kept} kept, ${data.bins.every[i] - kept} pruned`);
    };
    cells.onpointerleave = bars.onpointerleave = () => (tip.textContent = "");

    bars.resized?.disconnect(); // this runs at every change, and what it returns at the end only
    bars.resized = new ResizeObserver(() => drawBars(bars, data));
    bars.resized.observe(bars);
    return () => bars.resized.disconnect();
}
