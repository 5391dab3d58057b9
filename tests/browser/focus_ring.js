// Of the element that has the focus: its kind, and the contrast of what only the focus draws around it.
// null: nothing on the page has the focus. A kind that was measured before on this page has no contrast.
async () => {
    const up = element => element.parentElement ?? element.getRootNode().host ?? null;
    const chain = (element, steps) => (element && steps ? [element, ...chain(up(element), steps - 1)] : []);
    const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));

    const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const over = (colour, below) => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
        return [red, green, blue].map((part, place) => (part * alpha + below[place] * (255 - alpha)) / 255);
    };
    const background = element =>
        chain(element, Infinity)
            .map(each => getComputedStyle(each).backgroundColor)
            .reduceRight((below, colour) => over(colour, below), [255, 255, 255]);
    // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    const linear = part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = ([red, green, blue]) =>
        0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };

    /** The colours that an element draws around itself, each with whether it lies inside. */
    const rings = element => {
        const { outlineStyle, outlineWidth, outlineColor, outlineOffset, boxShadow, borderTopStyle, borderTopColor } =
            getComputedStyle(element);
        const found = [];
        if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2)
            found.push([outlineColor, parseFloat(outlineOffset) < 0]);
        for (const [shadow, colour] of boxShadow.matchAll(/([a-z]+\([^)]*\))[^(]*/g))
            found.push([colour, shadow.includes("inset")]);
        if (borderTopStyle !== "none") found.push([borderTopColor, false]);
        return found;
    };

    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    if (!focused || focused === document.body) return null;
    const names = each => [each.localName, each.dataset.testid, each.getAttribute("role"), each.getAttribute("type")];
    const kind = chain(focused, 5).map(each => names(each).filter(Boolean).join(" ")).join(" < ");
    window.measured ??= new Set();
    if (window.measured.has(kind)) return { kind, contrast: null };
    window.measured.add(kind);

    await drawn();
    const near = [...new Set([...chain(focused, 5), ...(focused.parentElement?.children ?? [])])];
    const withFocus = near.map(rings);
    focused.blur();
    await drawn();
    const without = near.map(element => rings(element).map(String));
    focused.focus({ preventScroll: true });
    const contrasts = near.flatMap((element, place) =>
        withFocus[place]
            .filter(ring => !without[place].includes(String(ring)))
            .map(([colour, inside]) => {
                const around = background(inside ? element : up(element));
                return contrast(over(colour, around), around);
            }),
    );
    return { kind, contrast: Math.max(0, ...contrasts) };
}
