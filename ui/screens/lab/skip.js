// From the Lab's title to Run, past the presets and the sliders.

export default function ({ parentElement }) {
    parentElement.querySelector("button").onclick = () => {
        const bar = document.querySelector(".st-key-lab_bar");
        bar?.querySelector("button:enabled")?.focus(); // Run; while it cannot be pressed, what stands beside it
    };
}
