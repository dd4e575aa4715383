//! Where the steps of a run stand: a layered layout, top to bottom, with groups as frames.
//!
//! Each group is laid out for itself and then stands as one box in its parent. Edges join siblings only, as the IR has
//! it. Sugiyama's steps: layers by the longest path, places for long edges, ordering by barycentres, coordinates.

use std::collections::HashMap;

pub const NODE_WIDTH: f64 = 196.0;
pub const NODE_HEIGHT: f64 = 40.0;
const GAP_X: f64 = 24.0;
const GAP_Y: f64 = 36.0;
const FRAME_PADDING: f64 = 16.0;
const FRAME_HEAD: f64 = 30.0;
const LANE: f64 = 12.0;

/// A step or a group, as the layout needs it. Indices are places in the slice given to [`layout`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub parent: Option<usize>,
    pub after: Vec<usize>,
    pub group: bool,
}

/// A box in the picture; `x` and `y` are its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// An orthogonal line from one box's lower edge to another's upper edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub points: Vec<(f64, f64)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub places: Vec<Option<Place>>,
    pub edges: Vec<Edge>,
    pub width: f64,
    pub height: f64,
}

/// Lays out all nodes. A node whose parents form a circle gets no place; edges that are no siblings' are left out.
#[must_use]
pub fn layout(nodes: &[Node]) -> Layout {
    let mut children: Children = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        children.entry(node.parent.filter(|parent| *parent < nodes.len())).or_default().push(index);
    }
    let picture = level(None, nodes, &children, 0);
    let mut places = vec![None; nodes.len()];
    for (index, place) in picture.places {
        places[index] = Some(place);
    }
    Layout { places, edges: picture.edges, width: picture.width, height: picture.height }
}

type Children = HashMap<Option<usize>, Vec<usize>>;

/// One group laid out for itself, from its own origin.
#[derive(Default)]
struct Picture {
    places: Vec<(usize, Place)>,
    edges: Vec<Edge>,
    width: f64,
    height: f64,
}

impl Picture {
    fn take_in(&mut self, inner: Self, dx: f64, dy: f64) {
        let moved = |(index, place): (usize, Place)| (index, Place { x: place.x + dx, y: place.y + dy, ..place });
        self.places.extend(inner.places.into_iter().map(moved));
        self.edges.extend(
            inner
                .edges
                .into_iter()
                .map(|edge| Edge { points: edge.points.iter().map(|(x, y)| (x + dx, y + dy)).collect(), ..edge }),
        );
    }
}

/// What stands in a layer: a node, or the lane in which a long edge passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Node(usize),
    Lane(usize),
}

fn level(parent: Option<usize>, nodes: &[Node], children: &Children, depth: usize) -> Picture {
    let Some(members) = children.get(&parent).filter(|_| depth < 64) else { return Picture::default() };
    let mut inner: HashMap<usize, Picture> = HashMap::new();
    let mut size: HashMap<usize, (f64, f64)> = HashMap::new();
    for &member in members {
        size.insert(member, (NODE_WIDTH, NODE_HEIGHT));
        if nodes[member].group && children.contains_key(&Some(member)) {
            let picture = level(Some(member), nodes, children, depth + 1);
            let width = (picture.width + 2.0 * FRAME_PADDING).max(NODE_WIDTH);
            size.insert(member, (width, picture.height + FRAME_HEAD + FRAME_PADDING));
            inner.insert(member, picture);
        }
    }
    let (mut layers, chains) = layers(members, nodes);
    order(&mut layers, &chains);
    let spots = coordinates(&layers, &chains, &size);

    let mut picture = Picture { edges: route(&chains, &spots), ..Picture::default() };
    for &member in members {
        let Some(place) = spots.get(&Item::Node(member)).copied() else { continue };
        picture.places.push((member, place));
        if let Some(inside) = inner.remove(&member) {
            let dx = place.x + (place.width - inside.width) / 2.0;
            picture.take_in(inside, dx, place.y + FRAME_HEAD);
        }
    }
    picture.width = spots.values().map(|place| place.x + place.width).fold(0.0, f64::max);
    picture.height = spots.values().map(|place| place.y + place.height).fold(0.0, f64::max);
    picture
}

/// An edge with every item that it passes, from its source to its target.
struct Chain {
    from: usize,
    to: usize,
    items: Vec<Item>,
}

/// Layers by the longest path. Edges of a circle (there are none in a sound definition) end up between equal layers
/// and are left out.
fn layers(members: &[usize], nodes: &[Node]) -> (Vec<Vec<Item>>, Vec<Chain>) {
    let mut rank: HashMap<usize, usize> = members.iter().map(|member| (*member, 0)).collect();
    for _ in 0..members.len() {
        let mut changed = false;
        for &member in members {
            let below =
                nodes[member].after.iter().filter_map(|before| rank.get(before)).max().map_or(0, |rank| rank + 1);
            if below > rank[&member] && below <= members.len() {
                rank.insert(member, below);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut layers: Vec<Vec<Item>> = vec![Vec::new(); rank.values().max().map_or(0, |rank| rank + 1)];
    for &member in members {
        layers[rank[&member]].push(Item::Node(member));
    }
    let mut chains = Vec::new();
    let mut lanes = 0;
    for &to in members {
        for &from in &nodes[to].after {
            let Some(&first) = rank.get(&from).filter(|first| **first < rank[&to]) else { continue };
            let mut items = vec![Item::Node(from)];
            for layer in &mut layers[first + 1..rank[&to]] {
                layer.push(Item::Lane(lanes));
                items.push(Item::Lane(lanes));
                lanes += 1;
            }
            items.push(Item::Node(to));
            chains.push(Chain { from, to, items });
        }
    }
    (layers, chains)
}

/// Orders each layer by the mean position of its neighbours, down and up a few times.
fn order(layers: &mut [Vec<Item>], chains: &[Chain]) {
    let mut above: HashMap<Item, Vec<Item>> = HashMap::new();
    let mut below: HashMap<Item, Vec<Item>> = HashMap::new();
    for pair in chains.iter().flat_map(|chain| chain.items.windows(2)) {
        if let [upper, lower] = pair {
            above.entry(*lower).or_default().push(*upper);
            below.entry(*upper).or_default().push(*lower);
        }
    }
    for round in 0..6 {
        let down = round % 2 == 0;
        let neighbours = if down { &above } else { &below };
        for step in 1..layers.len() {
            let (index, other) = if down { (step, step - 1) } else { (layers.len() - 1 - step, layers.len() - step) };
            let position: HashMap<Item, usize> =
                layers[other].iter().enumerate().map(|(at, item)| (*item, at)).collect();
            let mut weighed: Vec<(f64, Item)> = layers[index]
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    let near: Vec<usize> = neighbours
                        .get(item)
                        .into_iter()
                        .flatten()
                        .filter_map(|one| position.get(one).copied())
                        .collect();
                    let weight =
                        if near.is_empty() { number(at) } else { number(near.iter().sum()) / number(near.len()) };
                    (weight, *item)
                })
                .collect();
            weighed.sort_by(|(left, _), (right, _)| left.total_cmp(right));
            layers[index] = weighed.into_iter().map(|(_, item)| item).collect();
        }
    }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// Rows are as high as their highest box. In a row each item moves towards the mean of its neighbours, as far as the
/// order leaves room.
fn coordinates(layers: &[Vec<Item>], chains: &[Chain], size: &HashMap<usize, (f64, f64)>) -> HashMap<Item, Place> {
    let extent = |item: &Item| match item {
        Item::Node(node) => size.get(node).copied().unwrap_or((NODE_WIDTH, NODE_HEIGHT)),
        Item::Lane(_) => (LANE, 0.0),
    };
    let mut spots: HashMap<Item, Place> = HashMap::new();
    let mut y = 0.0;
    for layer in layers {
        let height = layer.iter().map(|item| extent(item).1).fold(0.0, f64::max);
        let mut x = 0.0;
        for item in layer {
            let (width, own) = extent(item);
            let own = if matches!(item, Item::Lane(_)) { height } else { own };
            spots.insert(*item, Place { x, y, width, height: own });
            x += width + GAP_X;
        }
        y += height + GAP_Y;
    }
    let mut neighbours: HashMap<Item, Vec<Item>> = HashMap::new();
    for pair in chains.iter().flat_map(|chain| chain.items.windows(2)) {
        if let [upper, lower] = pair {
            neighbours.entry(*upper).or_default().push(*lower);
            neighbours.entry(*lower).or_default().push(*upper);
        }
    }
    let widest = layers.iter().map(|layer| row_width(layer, &extent)).fold(0.0, f64::max);
    for layer in layers {
        let dx = (widest - row_width(layer, &extent)) / 2.0;
        layer.iter().for_each(|item| {
            if let Some(place) = spots.get_mut(item) {
                place.x += dx;
            }
        });
    }
    for round in 0..8 {
        let rows: Vec<&Vec<Item>> =
            if round % 2 == 0 { layers.iter().collect() } else { layers.iter().rev().collect() };
        for layer in rows {
            settle(layer, &neighbours, &mut spots);
        }
    }
    let left = spots.values().map(|place| place.x).fold(f64::MAX, f64::min);
    spots.values_mut().for_each(|place| place.x -= left);
    spots
}

fn row_width(layer: &[Item], extent: &impl Fn(&Item) -> (f64, f64)) -> f64 {
    layer.iter().map(|item| extent(item).0 + GAP_X).sum::<f64>() - GAP_X
}

/// Moves the items of one row to where their neighbours want them: first all to the right of their left neighbour,
/// then pushed back from the right, and the mean of both.
fn settle(layer: &[Item], neighbours: &HashMap<Item, Vec<Item>>, spots: &mut HashMap<Item, Place>) {
    let wish: Vec<f64> = layer
        .iter()
        .map(|item| {
            let place = spots[item];
            let near: Vec<f64> = neighbours
                .get(item)
                .into_iter()
                .flatten()
                .filter_map(|one| spots.get(one))
                .map(|one| one.x + one.width / 2.0)
                .collect();
            if near.is_empty() { place.x } else { near.iter().sum::<f64>() / number(near.len()) - place.width / 2.0 }
        })
        .collect();
    let width: Vec<f64> = layer.iter().map(|item| spots[item].width).collect();
    let mut rightwards = wish.clone();
    for index in 1..layer.len() {
        rightwards[index] = rightwards[index].max(rightwards[index - 1] + width[index - 1] + GAP_X);
    }
    let mut leftwards = wish;
    for index in (0..layer.len().saturating_sub(1)).rev() {
        leftwards[index] = leftwards[index].min(leftwards[index + 1] - width[index] - GAP_X);
    }
    for (index, item) in layer.iter().enumerate() {
        if let Some(place) = spots.get_mut(item) {
            place.x = (rightwards[index] + leftwards[index]) / 2.0;
        }
    }
}

/// From the lower edge of each item to the upper edge of the next, turning half-way between the rows.
fn route(chains: &[Chain], spots: &HashMap<Item, Place>) -> Vec<Edge> {
    let line = |chain: &Chain| {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for pair in chain.items.windows(2) {
            let [upper, lower] = pair else { continue };
            let (upper, lower) = (spots.get(upper)?, spots.get(lower)?);
            let (x1, x2) = (upper.x + upper.width / 2.0, lower.x + lower.width / 2.0);
            let turn = lower.y - GAP_Y / 2.0;
            points.push((x1, upper.y + upper.height));
            if (x1 - x2).abs() > 0.5 {
                points.extend([(x1, turn), (x2, turn)]);
            }
            points.push((x2, lower.y));
        }
        Some(Edge { from: chain.from, to: chain.to, points })
    };
    chains.iter().filter_map(line).collect()
}

/// The nearest node in a direction, for the arrow keys: along the edges up and down, along the row left and right.
#[must_use]
pub fn neighbour(layout: &Layout, nodes: &[Node], from: usize, key: &str) -> Option<usize> {
    let here = layout.places.get(from).copied().flatten()?;
    let centre = |place: &Place| (place.x + place.width / 2.0, place.y + place.height / 2.0);
    let (x, y) = centre(&here);
    let nearest = |fits: &dyn Fn(f64, f64, usize) -> bool| {
        let candidates = layout.places.iter().enumerate().filter_map(|(index, place)| {
            let (px, py) = centre(place.as_ref()?);
            (index != from && !nodes[index].group && fits(px, py, index)).then_some((index, (px - x).hypot(py - y)))
        });
        candidates.min_by(|(_, left), (_, right)| left.total_cmp(right)).map(|(index, _)| index)
    };
    match key {
        "ArrowDown" => {
            nearest(&|_, _, index| nodes[index].after.contains(&from)).or_else(|| nearest(&|_, py, _| py > y + 1.0))
        }
        "ArrowUp" => {
            nearest(&|_, _, index| nodes[from].after.contains(&index)).or_else(|| nearest(&|_, py, _| py < y - 1.0))
        }
        "ArrowRight" => nearest(&|px, py, _| px > x + 1.0 && (py - y).abs() < NODE_HEIGHT),
        "ArrowLeft" => nearest(&|px, py, _| px < x - 1.0 && (py - y).abs() < NODE_HEIGHT),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
