use super::*;

fn node(parent: Option<usize>, after: &[usize]) -> Node {
    Node { parent, after: after.to_vec(), group: false }
}

fn apart(left: &Place, right: &Place) -> bool {
    left.x + left.width <= right.x
        || right.x + right.width <= left.x
        || left.y + left.height <= right.y
        || right.y + right.height <= left.y
}

#[test]
fn a_diamond_has_three_layers_and_no_overlap() {
    let nodes = [node(None, &[]), node(None, &[0]), node(None, &[0]), node(None, &[1, 2]), node(None, &[0, 3])];
    let layout = layout(&nodes);
    let places: Vec<Place> = layout.places.iter().copied().flatten().collect();
    assert_eq!(places.len(), 5);
    for (index, left) in places.iter().enumerate() {
        assert!(left.x >= 0.0 && left.x + left.width <= layout.width + 0.01);
        assert!(places.iter().skip(index + 1).all(|right| apart(left, right)), "{places:?}");
    }
    assert!(places[0].y < places[1].y && places[1].y < places[3].y && places[3].y < places[4].y);
    assert!((places[1].y - places[2].y).abs() < 0.01);
    assert_eq!(layout.edges.len(), 6);
    for edge in &layout.edges {
        let orthogonal =
            |pair: &[(f64, f64)]| (pair[0].0 - pair[1].0).abs() < 0.51 || (pair[0].1 - pair[1].1).abs() < 0.01;
        assert!(edge.points.windows(2).all(orthogonal), "{edge:?}");
    }
}

#[test]
fn a_group_frames_its_members() {
    let nodes = [node(None, &[]), Node { group: true, ..node(None, &[0]) }, node(Some(1), &[]), node(Some(1), &[2])];
    let places: Vec<Place> = layout(&nodes).places.into_iter().flatten().collect();
    for inner in &places[2..] {
        let frame = places[1];
        assert!(inner.x >= frame.x && inner.y >= frame.y + FRAME_HEAD);
        assert!(inner.x + inner.width <= frame.x + frame.width && inner.y + inner.height < frame.y + frame.height);
    }
}

#[test]
fn nonsense_is_survived() {
    let circle = [node(None, &[1]), node(None, &[0]), node(Some(2), &[2]), node(Some(99), &[77])];
    assert_eq!(layout(&circle).places.iter().filter(|place| place.is_none()).count(), 1);
    assert_eq!(layout(&[]).edges.len(), 0);
}

#[test]
fn two_thousand_steps_are_laid_out_at_once() {
    let nodes: Vec<Node> = (0..2000)
        .map(|index: usize| node(None, &if index < 20 { vec![] } else { vec![index - 20, index - 19] }))
        .collect();
    assert_eq!(layout(&nodes).places.iter().flatten().count(), 2000);
}

#[test]
fn arrow_keys_walk_the_edges() {
    let nodes = [node(None, &[]), node(None, &[0]), node(None, &[0])];
    let layout = layout(&nodes);
    assert_eq!(neighbour(&layout, &nodes, 0, "ArrowUp"), None);
    assert!(neighbour(&layout, &nodes, 0, "ArrowDown").is_some_and(|index| index > 0));
    assert_eq!(neighbour(&layout, &nodes, 2, "ArrowUp"), Some(0));
}
