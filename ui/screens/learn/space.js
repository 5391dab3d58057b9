// Layers as boxes in space, one behind the other along x; y is a layer's width, z its height. Drawn by hand on a
// canvas: a chart of Streamlit's is built anew whenever its data change, which takes WebGL a second and forgets how
// the view was turned. The view is orthographic, so every box shows the same three faces, and boxes that follow one
// another along x never overlap if they are drawn from the far end. Below it a bar for each layer: its MACs.

const START = { yaw: -0.5, pitch: 0.42 }; // radians: turned about the vertical axis, then seen from above
const STEP = 0.12; // radians an arrow key turns
const [WIDTH, HEIGHT] = [1, 0.6]; // of the widest and of the tallest box of all networks
const [SHORTEST, LONGEST] = [1.6, 3.6]; // of the row of boxes: as the canvas has room
const MARGIN = 24; // pixels
const [LEFT, BOTTOM, TOP] = [40, 20, 14]; // pixels around the bars
const SHADES = [0.78, 0.9, 1]; // of the faces across x, y and z
const SHADOW = 0.16; // opacity

const corners = (low, high, axis, side) => {
    const [a, b] = [0, 1, 2].filter(i => i !== axis);
    return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([s, t]) => {
        const point = [0, 0, 0];
        point[axis] = side > 0 ? high[axis] : low[axis];
        point[a] = s ? high[a] : low[a];
        point[b] = t ? high[b] : low[b];
        return point;
    });
};

const shaded = (colour, by) =>
    `rgb(${[1, 3, 5].map(i => Math.round(parseInt(colour.slice(i, i + 2), 16) * by)).join(" ")})`;

const sized = canvas => {
    const ratio = devicePixelRatio || 1;
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
    [canvas.width, canvas.height] = [wide * ratio, high * ratio];
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return [context, wide, high];
};

const drawBars = (canvas, data) => {
    const [context, wide, high] = sized(canvas);
    const most = Math.max(...data.bars.map(bar => bar.share));
    const step = (wide - LEFT) / data.bars.length;
    data.bars.forEach(({ share, colour }, i) => {
        const tall = (share / most) * (high - BOTTOM - TOP);
        context.fillStyle = colour;
        context.fillRect(LEFT + i * step + 1, high - BOTTOM - tall, Math.max(step - 2, 1), tall);
    });
    context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2;
    context.strokeRect(LEFT + data.chosen * step, TOP - 4, step, high - BOTTOM - TOP + 5);
    context.font = "12px sans-serif";
    context.textAlign = "right";
    context.fillText(`${(100 * most).toFixed(0)} %`, LEFT - 6, TOP + 8);
    context.fillText("0", LEFT - 6, high - BOTTOM);
    context.textAlign = "center";
    context.fillText("MACs of each layer, in the order in which they run", (wide + LEFT) / 2, high - 5);
};

export default function ({ data: [data], parentElement, setTriggerValue }) {
    const [canvas, bars] = parentElement.querySelectorAll("canvas");
    const tip = parentElement.querySelector(".tip");
    const view = (canvas.view ??= { ...START });
    const ink = getComputedStyle(canvas).color;
    const context = canvas.getContext("2d");
    canvas.setAttribute("aria-label", `${data.alt} The arrow keys turn it.`);
    bars.setAttribute("aria-label", data.bars_alt);
    let faces = []; // what can be pointed at, the nearest last: [outline, box]

    const turned = ([x, y, z]) => {
        const [cy, sy, cp, sp] = [Math.cos(view.yaw), Math.sin(view.yaw), Math.cos(view.pitch), Math.sin(view.pitch)];
        const [across, away] = [x * cy - y * sy, x * sy + y * cy];
        return [across, z * cp + away * sp, away * cp - z * sp]; // right, up, away from the eye
    };
    const ends = (box, of, length) => {
        const step = length / data.boxes.length;
        const start = box.at * step - length / 2;
        const [y, z] = [((of.width / data.widest) * WIDTH) / 2, ((of.height / data.tallest) * HEIGHT) / 2];
        return [[start, -y, -z], [start + data.thick * step, y, z]];
    };

    const draw = () => {
        const [, wide, high] = sized(canvas);
        const length = Math.max(SHORTEST, Math.min(LONGEST, (1.5 * wide) / high));
        const extremes = [-1, 1].flatMap(y => [-1, 1].map(z => turned([length / 2, (y * WIDTH) / 2, (z * HEIGHT) / 2])));
        const reach = side => Math.max(...extremes.map(point => Math.abs(point[side])));
        const scale = Math.min((wide / 2 - MARGIN) / reach(0), (high / 2 - MARGIN) / reach(1));
        const onto = point => {
            const [right, up] = turned(point);
            return [wide / 2 + right * scale, high / 2 - up * scale];
        };
        const outline = points => {
            const path = new Path2D();
            points.map(onto).forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
            path.closePath();
            return path;
        };
        // A face is seen if its outward direction points to the eye.
        const sides = [0, 1, 2].map(axis => {
            const outward = [0, 0, 0];
            outward[axis] = 1;
            return turned(outward)[2] < 0 ? 1 : -1;
        });
        const seen = ([low, high]) => [0, 1, 2].map(axis => [axis, outline(corners(low, high, axis, sides[axis]))]);
        const boxes = [...data.boxes].sort((a, b) => sides[0] * (a.at - b.at));
        faces = [];
        for (const box of boxes) {
            for (const [axis, path] of seen(ends(box, box, length))) {
                context.fillStyle = shaded(box.colour, SHADES[axis]);
                context.fill(path);
                context.lineWidth = box.layer === data.chosen ? 3 : 0.5;
                context.strokeStyle = box.layer === data.chosen ? ink : "rgb(0 0 0 / 0.35)";
                context.stroke(path);
                faces.push([path, box]);
            }
            if (!box.before) continue;
            context.globalAlpha = SHADOW;
            context.fillStyle = context.strokeStyle = ink;
            for (const [, path] of seen(ends(box, box.before, length))) context.fill(path);
            context.globalAlpha = 1;
        }
        context.fillStyle = ink;
        context.font = "12px sans-serif";
        context.textAlign = "center";
        for (const [end, word] of [[-1, "input"], [1, "output"]]) {
            const [x] = onto([(end * length) / 2, 0, 0]);
            context.fillText(word, Math.max(MARGIN, Math.min(wide - MARGIN, x)), high - 6);
        }
    };

    const under = event => {
        const ratio = devicePixelRatio || 1; // a path is tested in device pixels, whatever the transform
        const [x, y] = [event.offsetX * ratio, event.offsetY * ratio];
        return faces.findLast(([path]) => context.isPointInPath(path, x, y))?.[1];
    };
    const say = (event, text) => {
        tip.textContent = text ?? "";
        tip.style.left = `${Math.min(event.offsetX + 12, canvas.clientWidth - tip.offsetWidth)}px`;
        tip.style.top = `${event.target.offsetTop + Math.max(event.offsetY - tip.offsetHeight - 8, 0)}px`;
    };
    const turn = (yaw, pitch) => {
        view.yaw += yaw;
        view.pitch = Math.max(-1.5, Math.min(1.5, view.pitch + pitch));
        draw();
    };

    let held = null;
    canvas.onpointerdown = event => {
        if (event.button) return;
        canvas.setPointerCapture(event.pointerId);
        held = { x: event.clientX, y: event.clientY, moved: 0 };
    };
    canvas.onpointermove = event => {
        if (!held) return say(event, under(event)?.text);
        const [x, y] = [event.clientX - held.x, event.clientY - held.y];
        held = { x: event.clientX, y: event.clientY, moved: held.moved + Math.abs(x) + Math.abs(y) };
        turn(x / 150, y / 150);
    };
    canvas.onpointerup = event => {
        const box = held && held.moved < 5 ? under(event) : null;
        held = null;
        if (box) setTriggerValue("layer", box.layer);
        say(event, box?.text);
    };
    canvas.onpointercancel = () => (held = null);
    canvas.onpointerleave = bars.onpointerleave = event => say(event, "");
    canvas.ondblclick = () => {
        Object.assign(view, START);
        draw();
    };
    canvas.onkeydown = event => {
        const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
        if (!by) return;
        event.preventDefault();
        turn(...by);
    };

    const bar = event => Math.floor(((event.offsetX - LEFT) / (bars.clientWidth - LEFT)) * data.bars.length);
    bars.onpointermove = event => say(event, data.bars[bar(event)]?.text);
    bars.onclick = event => {
        if (bar(event) in data.bars) setTriggerValue("layer", bar(event));
    };

    const both = () => {
        draw();
        drawBars(bars, data);
    };
    both();
    canvas.resized?.disconnect(); // this runs at every change, and what it returns at the end only
    canvas.resized = new ResizeObserver(both);
    canvas.resized.observe(canvas);
    return () => canvas.resized.disconnect();
}
