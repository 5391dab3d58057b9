// Layers as boxes in space, one behind the other along x; y is a layer's width, z its height. Drawn by hand on a
// canvas: a chart of Streamlit's is built anew whenever its data change, which takes WebGL a second and forgets how
// the view was turned. The view is orthographic, so every box shows the same three faces, and boxes that follow one
// another along x never overlap if they are drawn from the far end.

const START = { yaw: -0.5, pitch: 0.42 }; // radians: turned about the vertical axis, then seen from above
const STEP = 0.12; // radians an arrow key turns
const [WIDTH, HEIGHT] = [1, 0.6]; // of the widest and of the tallest box of all networks
const [SHORTEST, LONGEST] = [1.6, 3.6]; // of the row of boxes: as the canvas has room
const MARGIN = 24; // pixels
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

export default function ({ data, parentElement, setTriggerValue }) {
    const canvas = parentElement.querySelector("canvas");
    const tip = parentElement.querySelector("[role=status]");
    const view = (canvas.view ??= { ...START });
    const ink = getComputedStyle(canvas).color;
    const context = canvas.getContext("2d");
    canvas.setAttribute("aria-label", data.alt);
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
        const ratio = devicePixelRatio || 1;
        const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
        if (canvas.width !== wide * ratio || canvas.height !== high * ratio) {
            [canvas.width, canvas.height] = [wide * ratio, high * ratio];
        }
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, wide, high);
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
    const say = (event, box) => {
        tip.textContent = box ? box.text : "";
        tip.style.left = `${Math.min(event.offsetX + 12, canvas.clientWidth - tip.offsetWidth)}px`;
        tip.style.top = `${Math.max(event.offsetY - tip.offsetHeight - 8, 0)}px`;
    };
    const turn = (yaw, pitch) => {
        view.yaw += yaw;
        view.pitch = Math.max(-1.5, Math.min(1.5, view.pitch + pitch));
        draw();
    };

    let held = null;
    canvas.onpointerdown = event => {
        canvas.setPointerCapture(event.pointerId);
        held = { x: event.clientX, y: event.clientY, moved: 0 };
    };
    canvas.onpointermove = event => {
        if (!held) return say(event, under(event));
        const [x, y] = [event.clientX - held.x, event.clientY - held.y];
        held = { x: event.clientX, y: event.clientY, moved: held.moved + Math.abs(x) + Math.abs(y) };
        turn(x / 150, y / 150);
    };
    canvas.onpointerup = event => {
        const box = held && held.moved < 5 ? under(event) : null;
        held = null;
        if (box) setTriggerValue("layer", box.layer);
        say(event, box);
    };
    canvas.onpointercancel = () => (held = null);
    canvas.onpointerleave = event => say(event, null);
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

    draw();
    const resized = new ResizeObserver(draw);
    resized.observe(canvas);
    return () => resized.disconnect();
}
