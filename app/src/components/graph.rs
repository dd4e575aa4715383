//! The graph of steps: drawn as SVG, so that it prints and reads; each step is a link.

use super::{
    icon::{Icon, icon},
    mark::Mark,
};
use crate::figures::graph::{Edge, Layout, Node, Place, layout, neighbour};
use leptos::prelude::*;

/// A step or a group as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub key: String,
    pub label: String,
    /// Beside the label: a duration, a count.
    pub note: String,
    pub mark: Option<Mark>,
    pub node: Node,
    /// Where a click leads without script; nowhere if empty.
    pub href: String,
}

/// Draws the items; `chosen` is outlined, `choose` is called with the key of a step that is clicked or walked to.
#[must_use]
pub fn graph(items: Memo<Vec<Item>>, chosen: Signal<Option<String>>, choose: Option<Callback<String>>) -> AnyView {
    let picture = Memo::new(move |_| {
        items.with(|items| {
            let nodes: Vec<Node> = items.iter().map(|item| item.node.clone()).collect();
            layout(&nodes)
        })
    });
    let zoom = RwSignal::new(None::<f64>);
    let walk = move |event: leptos::ev::KeyboardEvent| {
        let Some(choose) = choose else { return };
        let next = items.with_untracked(|items| {
            let from = items.iter().position(|item| Some(&item.key) == chosen.get_untracked().as_ref())?;
            let nodes: Vec<Node> = items.iter().map(|item| item.node.clone()).collect();
            let to = picture.with_untracked(|picture| neighbour(picture, &nodes, from, &event.key()))?;
            items.get(to).map(|item| item.key.clone())
        });
        if let Some(next) = next {
            event.prevent_default();
            choose.run(next);
        }
    };
    let scale = move || {
        picture.with(|picture| {
            let factor = zoom.get().unwrap_or(1.0);
            format!(
                "width:{:.0}px;min-width:{:.0}px;max-width:{}",
                (picture.width + 8.0) * factor,
                // Wider than the pane by so much, it is rather scrolled than read with a glass.
                (picture.width + 8.0) * factor.min(0.7),
                if zoom.get().is_some() { "none" } else { "100%" }
            )
        })
    };
    let by = move |factor: f64| {
        move |_: leptos::ev::MouseEvent| {
            zoom.update(|zoom| *zoom = Some((zoom.unwrap_or(1.0) * factor).clamp(0.2, 4.0)))
        }
    };
    let counts =
        move || items.with(|items| format!("Graph of {} steps", items.iter().filter(|item| !item.node.group).count()));
    view! {
        <div class="graph">
            <div class="graph-scroll" tabindex="0" role="group" aria-label=counts on:keydown=walk>
                <svg
                    viewBox=move || picture.with(|picture| format!("-4 -4 {:.0} {:.0}", picture.width + 8.0, picture.height + 8.0))
                    style=scale
                >
                    {move || picture.with(|picture| items.with(|items| draw(items, picture, chosen, choose)))}
                </svg>
            </div>
            <div class="graph-tools script-only">
                <button type="button" title="Zoom out" on:click=by(0.8)>{icon(Icon::ZoomOut)}</button>
                <button type="button" title="Fit" on:click=move |_| zoom.set(None)>{icon(Icon::Fit)}</button>
                <button type="button" title="Zoom in" on:click=by(1.25)>{icon(Icon::ZoomIn)}</button>
            </div>
        </div>
    }
    .into_any()
}

fn draw(items: &[Item], picture: &Layout, chosen: Signal<Option<String>>, choose: Option<Callback<String>>) -> AnyView {
    let place = |index: usize| picture.places.get(index).copied().flatten();
    let placed = || items.iter().enumerate().filter_map(|(index, item)| Some((item, place(index)?)));
    let frames = placed().filter(|(item, _)| item.node.group).map(|(item, place)| frame(item, &place)).collect_view();
    let edges = picture.edges.iter().map(|edge| line(edge, items)).collect_view();
    let steps = placed()
        .filter(|(item, _)| !item.node.group)
        .map(|(item, place)| step(item, &place, chosen, choose))
        .collect_view();
    view! { <g>{frames}</g><g class="edges">{edges}</g><g>{steps}</g> }.into_any()
}

fn line(edge: &Edge, items: &[Item]) -> AnyView {
    let mut path = String::new();
    for (index, (x, y)) in edge.points.iter().enumerate() {
        path.push_str(&format!("{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" }));
    }
    let state = |index: usize| items.get(index).and_then(|item| item.mark);
    let pale = matches!(state(edge.to), Some(Mark::Waiting | Mark::Skipped));
    view! { <path class="edge" class:pale=pale d=path></path> }.into_any()
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{head}…")
}

fn marked(mark: Option<Mark>, x: f64, y: f64) -> AnyView {
    let drawn = mark.map(|mark| view! { <g class=mark.class() transform=format!("translate({x:.1} {y:.1})") inner_html=mark.shape()></g> });
    drawn.into_any()
}

fn spoken(item: &Item) -> String {
    let state = item.mark.map(|mark| format!(", {}", mark.word().to_lowercase())).unwrap_or_default();
    let note = if item.note.is_empty() { String::new() } else { format!(", {}", item.note) };
    format!("{}{state}{note}", item.label)
}

fn frame(item: &Item, place: &Place) -> AnyView {
    let room = (place.width / 8.0).max(10.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width in characters: small and positive"
    )]
    let most = room as usize;
    view! {
        <g class="frame" role="img" aria-label=spoken(item)>
            <rect x=place.x.to_string() y=place.y.to_string() width=place.width.to_string() height=place.height.to_string() rx="8"></rect>
            {marked(item.mark, place.x + 10.0, place.y + 7.0)}
            <text x=(place.x + if item.mark.is_some() { 31.0 } else { 12.0 }).to_string() y=(place.y + 19.5).to_string()>
                {shorten(&item.label, most)}<tspan class="note" dx="6">{item.note.clone()}</tspan>
            </text>
        </g>
    }
    .into_any()
}

fn step(item: &Item, place: &Place, chosen: Signal<Option<String>>, choose: Option<Callback<String>>) -> AnyView {
    let key = item.key.clone();
    let picked = move |event: leptos::ev::MouseEvent| {
        if let Some(choose) = choose.filter(|_| !event.ctrl_key() && !event.meta_key()) {
            event.prevent_default();
            choose.run(key.clone());
        }
    };
    let own = item.key.clone();
    let (x, y) = (place.x, place.y);
    let text = x + if item.mark.is_some() { 36.0 } else { 14.0 };
    let most = if item.note.is_empty() { 20 } else { 16 };
    let (top, label, sub) = (y.to_string(), shorten(&item.label, most), item.note.clone());
    let (width, height) = (place.width.to_string(), place.height.to_string());
    let (baseline, end) = ((y + 24.5).to_string(), (x + place.width - 12.0).to_string());
    let mark = item.mark.map_or("step", Mark::class);
    let class = format!("step {mark}");
    // Each template is whole below its `g`: the macro takes `a` and `title` for HTML when they stand alone.
    if item.href.is_empty() {
        return view! {
            <g class=class>
                <title>{spoken(item)}</title>
                <rect x=x.to_string() y=top width=width height=height rx="8"></rect>
                {marked(item.mark, x + 12.0, y + 12.0)}
                <text x=text.to_string() y=baseline.clone()>{label}</text>
                <text class="note" text-anchor="end" x=end y=baseline>{sub}</text>
            </g>
        }
        .into_any();
    }
    let current = move || (chosen.try_get().flatten().as_ref() == Some(&own)).then_some("true");
    view! {
        <g>
            <a class=class href=item.href.clone() tabindex="-1" aria-current=current on:click=picked>
                <title>{spoken(item)}</title>
                <rect x=x.to_string() y=top width=width height=height rx="8"></rect>
                {marked(item.mark, x + 12.0, y + 12.0)}
                <text x=text.to_string() y=baseline.clone()>{label}</text>
                <text class="note" text-anchor="end" x=end y=baseline>{sub}</text>
            </a>
        </g>
    }
    .into_any()
}
