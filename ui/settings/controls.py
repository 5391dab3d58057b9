"""RunConfig's fields -> widgets. A widget's key is the field's name, and so is its parameter in the URL.

The widgets' values are made to fit together before they are drawn: call :func:`settle` once at the top of a page,
then :func:`draw` for each control, then :func:`chosen`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from simulator.catalog.models import MODELS
from simulator.catalog.pruning import IMPORTANCES, PRUNING, SCHEDULES, SCOPES, MethodInfo
from simulator.config.run import RunConfig
from simulator.data.own_data import dataset_info
from ui.settings import fields, fitting
from ui.settings.fields import Control
from ui.shell import address
from ui.shell.frame import arrive_again, just_arrived
from ui.shell.plain import literal

EXPLAINED: dict[str, Mapping[str, MethodInfo]] = {
    "pruning": PRUNING,
    "scope": SCOPES,
    "importance": IMPORTANCES,
    "schedule": SCHEDULES,
}
"""The settings whose help explains every choice."""

SETTLED = "settings_settled"
TAKEN, AGAIN = "settings_taken", "settings_taken_again"
NOTES = "settings_notes"


def is_new() -> bool:
    """Whether this session has no settings yet."""
    return SETTLED not in st.session_state


def settle(preset: Mapping[str, Any] | None = None) -> RunConfig:
    """Return this session's settings, made to fit together. Call it before any control is drawn.

    The first call after another page reads the link that was followed; settings that it does not name stay as they
    were. :func:`show_notes` shows which could not be kept. A change of model brings the new model's defaults.

    Args:
        preset: The settings of the preset in the link. With the defaults they replace the session's settings; what
            else the link names is set on top of them.
    """
    before: RunConfig | None = st.session_state.get(SETTLED)
    state = st.session_state
    asked = {name: state[name] for name in fields.all_controls() if name in state}
    notes: list[str] = []
    arrived = just_arrived() or before is None
    if arrived:
        linked, notes = fitting.from_link(address.lists(fields.all_controls()))
        if preset is None:
            asked |= linked
        else:
            asked, before = {**preset, **linked}, None
    taken = AGAIN in state
    if taken:
        asked = dict(state.pop(AGAIN))
    if "also_prune" in asked:
        asked["also_prune"] = tuple(asked["also_prune"])
    config, refused = fitting.fit(asked, before)
    if arrived:
        _spell_as_shown(config, all_of_it=preset is not None)
        _leave_out_unused(config)
    other_ranges = (
        arrived or taken or before is None or (before.model, before.dataset) != (config.model, config.dataset)
    )
    for name in fields.all_controls():
        _put(name, getattr(config, name), config, other_ranges)
    if arrived or before != config:
        state[NOTES] = notes + (refused if before is None or before.model == config.model else [])
    state[SETTLED] = config
    return config


def _spell_as_shown(config: RunConfig, all_of_it: bool) -> None:
    """Start again with the link spelt as the controls show it, if it spells options differently (model=t5_small).

    Streamlit would drop such options from the address, and forbids writing a control's parameter once it is drawn.

    Args:
        all_of_it: Whether settings that the link does not name are written, too: it named a preset.
    """
    rewritten = False
    for name, shown in in_link(config).items():
        wanted = [shown] if isinstance(shown, str) else shown
        if (all_of_it or address.holds(name)) and address.lists([name]).get(name) != wanted:
            address.put(name, wanted)
            rewritten = True
    if rewritten:
        arrive_again()
        st.rerun()


def _leave_out_unused(config: RunConfig) -> None:
    """Remove refused settings from the address: no control does that for a setting that is not drawn."""
    for name in fields.all_controls().keys() - in_link(config).keys():
        address.drop(name)


def _put(name: str, value: Any, config: RunConfig, other_ranges: bool) -> None:
    """Give a value to a widget that holds, or starts with, another one, or whose parameter in the address is another.

    When a slider gets another range, Streamlit corrects the address only in a later run, and only if it is set there.
    While a slider moves, its address lags behind, and a value that is set would set the slider back.
    """
    shown = in_link(config).get(name)
    is_stale = other_ranges and address.holds(name) and address.lists([name]).get(name) not in (shown, [shown])
    held = st.session_state.get(name, fitting.default_of(name, config))
    if isinstance(value, tuple):
        value, held = list(value), list(held)
    if held != value or is_stale:
        st.session_state[name] = value


def take(config: RunConfig) -> None:
    """Set every control to a run's settings. For a button's callback, because drawn widgets cannot be set."""
    for name, value in config:
        st.session_state[name] = list(value) if isinstance(value, tuple) else value
    st.session_state[SETTLED] = config  # so that no setting counts as the old model's default
    st.session_state[TAKEN] = config


def in_link(config: RunConfig) -> dict[str, str | list[str]]:
    """Return a run's settings as the Lab's URL holds them: those that differ from the controls' defaults."""
    link: dict[str, str | list[str]] = {}
    for name, value in config:
        if value != fitting.default_of(name, config):
            plain = str(value).lower() if isinstance(value, bool) else fields.shown(name, value)
            link[name] = list(value) if isinstance(value, tuple) else plain
    return link


def show_notes() -> None:
    """Say which settings of the link could not be kept, if any."""
    notes = st.session_state.get(NOTES)
    if notes:
        st.warning("\n\n".join(map(literal, notes)), icon=":material/link_off:")


def forget_notes() -> None:
    """Forget the notes on the link: once a run is started, they no longer matter."""
    st.session_state.pop(NOTES, None)


def draw(name: str, config: RunConfig) -> None:
    """Draw one control with its value in ``config``."""
    control = fields.all_controls()[name]
    default = fitting.default_of(name, config)
    common: dict[str, Any] = {
        "label": _label(control, config),
        "key": name,
        "help": _help(control, config),
        "bind": "query-params",
        "persist_state": "session",
    }
    match control.shape:
        case "choice" | "sizes" | "log" | "stops":
            _draw_choice(control, config, default, common)
        case "several":
            st.multiselect(options=tuple(control.setting.choices), default=list(default), **common)
        case "flag":
            st.toggle(value=default, **common)
        case "text":
            st.text_input(value=default, placeholder="NAME=SHARE, NAME=SHARE", **common)
        case "integer":
            # As floats, which hold every seed: Streamlit's integer field breaks on a link with an infinite number.
            low, high = cast("float", control.setting.low), cast("float", control.setting.high)
            st.number_input(
                min_value=float(low), max_value=float(high), value=float(default), step=1.0, format="%.0f", **common
            )
        case "slider":
            _draw_slider(control, config, default, common)


def _draw_choice(control: Control, config: RunConfig, default: Any, common: dict[str, Any]) -> None:
    options = fields.choices(control.name, config)
    common |= {"options": options, "format_func": lambda value: fields.shown(control.name, value)}
    if control.shape != "choice":
        st.select_slider(value=default, **common)
    elif control.name in EXPLAINED:
        st.radio(index=options.index(default), **common)
    elif control.name in ("model", "dataset", "method", "weights"):
        st.selectbox(index=options.index(default), **common)
    else:
        st.segmented_control(default=default, required=True, wrap=True, **common)


def _draw_slider(control: Control, config: RunConfig, default: Any, common: dict[str, Any]) -> None:
    setting = control.setting
    low, high, step = setting.low, setting.high, setting.step
    if control.name == "train_examples":
        high = dataset_info(config.dataset).max_train_examples
    why_not = setting.why_fixed(config)
    common["disabled"] = bool(why_not)
    if isinstance(default, int):
        st.slider(min_value=_int(low), max_value=_int(high), value=default, step=_int(step), **common)
    else:
        st.slider(min_value=low, max_value=high, value=default, step=step, format="%g", **common)
    if why_not:
        st.caption(why_not)


def _int(value: float | None) -> int:
    return int(cast("float", value))


def _label(control: Control, config: RunConfig) -> str:
    return (
        f"{control.setting.title} ({MODELS[config.model].student.unit})"
        if control.shape == "sizes"
        else control.setting.title
    )


def _help(control: Control, config: RunConfig) -> str:
    if control.shape == "sizes":
        return MODELS[config.model].student.help
    if control.name not in EXPLAINED:
        return control.setting.help
    explained = [EXPLAINED[control.name][option] for option in fields.choices(control.name, config)]
    return "\n".join([f"{control.setting.help}\n", *(f"- **{option.title}:** {option.help}" for option in explained)])


def chosen(settled: RunConfig) -> RunConfig:
    """Return the config that the controls hold now that they are drawn.

    The browser's Back button changes widgets while they are drawn. If they then do not fit together, the page starts
    again and settles them first. It also starts again after :func:`take`: a slider that gets another range takes its
    value from the address that the page was opened with, so it has to be set a second time.
    """
    if TAKEN in st.session_state:
        st.session_state[AGAIN] = st.session_state.pop(TAKEN)
        st.rerun()
    held = {name: st.session_state.get(name, getattr(settled, name)) for name in fields.all_controls()}
    held["also_prune"] = tuple(held["also_prune"])
    config, refused = fitting.fit(held, None)
    if refused or config.model != settled.model or config.dataset != settled.dataset or config.method != settled.method:
        st.rerun()
    return config
