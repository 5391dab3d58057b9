// From the Lab's title to Run, past the presets and the sliders.

export default function ({ parentElement }) {
    parentElement.querySelector("button").onclick = () => document.querySelector(".st-key-run_button button")?.focus();
}
