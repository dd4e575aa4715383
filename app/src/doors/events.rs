use super::{Doors, caller_of, query, refusal};
use crate::live::News;
use axum::{
    extract::{Request, State},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{FutureExt, Stream, StreamExt, stream};
use model::Namespace;
use service::Change;
use std::{convert::Infallible, time::Duration};

/// Changes come in bursts (a step starts, its log begins, its group starts): what comes within this is told at once.
const BURST: Duration = Duration::from_millis(80);

/// `/events?namespace=`: one stream per page, saying what has changed; pages read again what they show of it. The
/// first message only says that the stream stands, so a page that sees it twice knows that it may have missed some.
pub(super) async fn stream(State(doors): State<Doors>, request: Request) -> Response {
    let caller = match caller_of(&request) {
        Ok(caller) => caller,
        Err(failure) => return refusal(failure),
    };
    let asked = query::value(request.uri().query(), "namespace").unwrap_or_default();
    let namespace = match Namespace::parse(&asked) {
        Ok(namespace) => namespace,
        Err(failure) => return refusal(failure),
    };
    match doors.service.changes(&caller, namespace).await {
        Ok(changes) => {
            let hello = Event::default().event("hello").retry(Duration::from_secs(1)).data("");
            let news = bursts(changes).map(|news| Event::default().json_data(&news).unwrap_or_default());
            let stream = stream::once(async { hello }).chain(news).map(Ok::<_, Infallible>);
            Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
        }
        Err(failure) => refusal(failure),
    }
}

fn bursts(changes: impl Stream<Item = Change> + Send + Unpin + 'static) -> impl Stream<Item = News> + Send {
    stream::unfold(changes, |mut changes| async {
        let mut news = News::default();
        add(&mut news, changes.next().await?);
        tokio::time::sleep(BURST).await;
        while let Some(Some(change)) = changes.next().now_or_never() {
            add(&mut news, change);
        }
        Some((news, changes))
    })
}

fn add(news: &mut News, change: Change) {
    match change.run {
        Some(run) if !news.runs.contains(&run) => news.runs.push(run),
        Some(_) => {}
        None => news.lists = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::RunId;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_told_once() {
        let namespace = Namespace::parse("team-a").ok();
        let run = RunId::parse("5c1c1c9e-1f0a-4b6e-9d53-0f1d5f1a2b3c").ok();
        let change = |run| namespace.clone().map(|namespace| Change { namespace, run });
        let changes = [change(run), change(None), change(run)].into_iter().flatten();
        let told: Vec<News> = bursts(stream::iter(changes)).collect().await;
        assert_eq!(told, vec![News { runs: run.into_iter().collect(), lists: true, ..News::default() }]);
    }
}
