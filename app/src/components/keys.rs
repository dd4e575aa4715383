//! The keyboard: rows, places, the palette of commands, and the page that lists the keys.

use crate::{
    components::icon::{Icon, icon},
    namespace::href,
    routes::{Place, Room},
    session::Session,
};
use leptos::prelude::*;
use model::Namespace;

/// The keys as the list of them shows: what to press, what it does.
const KEYS: [(&[&str], &str); 11] = [
    (&["Ctrl", "K"], "Commands: go somewhere, create something, switch the namespace"),
    (&["/"], "Search in the list"),
    (&["j"], "Next row"),
    (&["k"], "Row before"),
    (&["Enter"], "Open the row"),
    (&["x"], "Tick the row"),
    (&["g", "r"], "Go to the runs"),
    (&["g", "e"], "Go to the experiments"),
    (&["g", "p"], "Go to the pipelines"),
    (&["Ctrl", "Enter"], "Send a form"),
    (&["?"], "These keys"),
];

/// One thing that the palette offers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    word: String,
    href: String,
    picture: Icon,
}

/// Everything that can be gone to from here.
fn commands(namespace: Option<&Namespace>, session: Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut add = |word: String, place: &Place, picture| commands.push(Command { word, href: href(place), picture });
    let who = session.person();
    if let Some(namespace) = namespace {
        let mut go = |word: &str, room, picture| add(word.to_owned(), &Place::In(namespace.clone(), room), picture);
        go("Go to runs", Room::Runs, Icon::Play);
        go("Go to experiments", Room::Experiments, Icon::Flask);
        go("Go to pipelines", Room::Pipelines, Icon::Workflow);
        go("Go to recurring runs", Room::RecurringRuns, Icon::Calendar);
        go("Go to archived runs", Room::ArchivedRuns, Icon::Archive);
        go("Go to shared pipelines", Room::SharedPipelines, Icon::Workflow);
        go("Go to the samples", Room::Start, Icon::Anchor);
        if who.as_ref().is_some_and(|who| who.may_edit(namespace)) {
            go(&format!("New run in {namespace}"), Room::NewRun, Icon::Plus);
            go(&format!("New experiment in {namespace}"), Room::NewExperiment, Icon::Plus);
            go(&format!("Upload a pipeline to {namespace}"), Room::NewPipeline, Icon::Upload);
        }
    }
    for membership in who.into_iter().flat_map(|who| who.memberships) {
        if namespace != Some(&membership.namespace) {
            let word = format!("Switch to {}", membership.namespace);
            add(word, &Place::In(membership.namespace, Room::Runs), Icon::ChevronRight);
        }
    }
    commands
}

/// What the palette's listener sets.
#[cfg(feature = "hydrate")]
struct Palette {
    typed: RwSignal<String>,
    at: RwSignal<usize>,
    opened: RwSignal<bool>,
}

/// Whether every word that was typed is in the command.
fn fits(command: &str, typed: &str) -> bool {
    let command = command.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| command.contains(word))
}

/// The palette and the list of keys; closed until a key opens them.
#[must_use]
pub fn keys(place: Memo<Place>, session: Session) -> AnyView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    // The person is known at different moments on the server and in the browser, so nothing is listed before it is asked for.
    let opened = RwSignal::new(false);
    let fitting = Memo::new(move |_| {
        if !opened.get() {
            return Vec::new();
        }
        let namespace = place.get().namespace().cloned();
        let all = commands(namespace.as_ref(), session);
        all.into_iter().filter(|command| typed.with(|typed| fits(&command.word, typed))).collect::<Vec<_>>()
    });
    #[cfg(feature = "hydrate")]
    browser::listen(place, Palette { typed, at, opened });
    #[cfg(feature = "hydrate")]
    let pressed = browser::walker(fitting, at);
    #[cfg(not(feature = "hydrate"))]
    let pressed = |_: leptos::ev::KeyboardEvent| {};
    let option = move |(index, command): (usize, Command)| {
        view! {
            <a href=command.href role="option" id=format!("command-{index}") tabindex="-1" aria-selected=move || (at.get() == index).to_string()>
                {icon(command.picture)}{command.word}
            </a>
        }
    };
    let key = |(keys, meaning): &(&'static [&'static str], &'static str)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! { <tr><td>{keys}</td><td>{*meaning}</td></tr> }
    };
    view! {
        <div popover="auto" id="palette" class="dialog palette script-only" role="dialog" aria-label="Commands" on:keydown=pressed>
            <input type="text" id="palette-field" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label="Command"
                aria-activedescendant=move || format!("command-{}", at.get())
                placeholder="Go to, create, switch…" autocomplete="off" spellcheck="false"
                prop:value=move || typed.get()
                on:input=move |event| { typed.set(event_target_value(&event)); at.set(0); }/>
            <div role="listbox" id="palette-list" aria-label="Commands">
                {move || fitting.get().into_iter().enumerate().map(option).collect_view()}
            </div>
            {move || (opened.get() && fitting.with(Vec::is_empty)).then(|| view! { <p class="faint" role="status">"No command has these words."</p> })}
        </div>
        <div popover="auto" id="keys" class="dialog keys-list script-only" role="dialog" aria-label="Keys">
            <h2>"Keys"</h2>
            <table><tbody>{KEYS.iter().map(key).collect_view()}</tbody></table>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{Command, Palette};
    use crate::{
        components::form::browser::goer,
        namespace::href,
        routes::{Place, Room},
    };
    use leptos::{ev, prelude::*};
    use std::cell::Cell;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement};

    fn element(id: &str) -> Option<HtmlElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    /// Whether the keys belong to what has the focus.
    fn types(event: &ev::KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let field = "input:not([type=checkbox]), textarea, select, [contenteditable], [popover]";
        target.and_then(|target| target.closest(field).ok().flatten()).is_some()
    }

    /// Moves the focus by rows: their names are the links that stand for them.
    fn step(by: i32) {
        let Ok(rows) = document().query_selector_all("main a.row") else { return };
        let active = document().active_element();
        let current = (0..rows.length()).find(|index| {
            let row = rows.get(*index).and_then(|row| row.dyn_into::<Element>().ok());
            active.as_ref().is_some_and(|active| {
                row.is_some_and(|row| row == *active || line(&row).is_some_and(|line| line.contains(Some(active))))
            })
        });
        let next = match current {
            Some(index) => index.saturating_add_signed(by),
            None => 0,
        };
        let row = rows.get(next).and_then(|row| row.dyn_into::<HtmlElement>().ok());
        if let Some(row) = row {
            drop(row.focus());
        }
    }

    fn line(row: &Element) -> Option<Element> {
        row.closest("tr").ok().flatten()
    }

    fn tick() {
        let line = document().active_element().and_then(|active| line(&active));
        let tick = line.and_then(|line| line.query_selector(".tick input").ok().flatten());
        if let Some(tick) = tick.and_then(|tick| tick.dyn_into::<HtmlElement>().ok()) {
            tick.click();
        }
    }

    pub(super) fn listen(place: Memo<Place>, palette: Palette) {
        let go = goer();
        let after_g = Cell::new(false);
        let handle = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                palette.opened.set(true);
                palette.typed.set(String::new());
                palette.at.set(0);
                if let Some(palette) = element("palette") {
                    drop(palette.toggle_popover());
                    drop(element("palette-field").map(|field| field.focus()));
                }
                return;
            }
            if event.ctrl_key() || event.meta_key() || event.alt_key() || types(&event) {
                return;
            }
            let room = after_g.take().then_some(key.as_str()).and_then(|key| match key {
                "r" => Some(Room::Runs),
                "e" => Some(Room::Experiments),
                "p" => Some(Room::Pipelines),
                _ => None,
            });
            if let (Some(room), Some(namespace)) = (room, place.get_untracked().namespace()) {
                go(&href(&Place::In(namespace.clone(), room)));
                return;
            }
            match key.as_str() {
                "g" => after_g.set(true),
                "j" => step(1),
                "k" => step(-1),
                "x" => tick(),
                "/" => {
                    let field = document().query_selector("[data-search]").ok().flatten();
                    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                        event.prevent_default();
                        drop(field.focus());
                    }
                }
                "?" => drop(element("keys").map(|keys| keys.toggle_popover())),
                _ => {}
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// The arrow keys walk the commands; Enter goes to the chosen one.
    pub(super) fn walker(fitting: Memo<Vec<Command>>, at: RwSignal<usize>) -> impl Fn(ev::KeyboardEvent) + 'static {
        let go = goer();
        move |event: ev::KeyboardEvent| {
            let count = fitting.with_untracked(Vec::len);
            match event.key().as_str() {
                "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
                "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
                "Enter" => {
                    let target = fitting.with_untracked(|all| all.get(at.get_untracked()).map(|one| one.href.clone()));
                    if let Some(target) = target {
                        drop(element("palette").map(|palette| palette.hide_popover()));
                        go(&target);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn words_are_found_in_any_order_and_case() {
        assert!(fits("New run in team-a", "TEAM run"));
        assert!(fits("New run in team-a", ""));
        assert!(!fits("New run in team-a", "team-b"));
    }
}
