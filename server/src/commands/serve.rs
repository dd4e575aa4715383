use super::read_profiles;
use crate::{
    Foundation, House, OsChance, Settings, SiteFiles, SystemClock,
    wiring::{artifacts, local_engine, lock_data_dir},
};
use model::{Clock, Failure};
use service::Operations;
use std::{
    future::Future,
    io::{IsTerminal, Write, stderr, stdout},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// How long requests that are under way may take when the server is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT. Steps of runs go on without the server and are taken up at its next start.
pub(super) async fn serve(settings: &Settings) -> Result<(), Failure> {
    log_to_stderr(settings)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let foundation = Foundation::lay(settings, Arc::clone(&clock), Arc::new(OsChance)).await?;
    let lock = lock_data_dir(&settings.data_dir)?;
    let asked_to_stop = signals()?;

    let files = SiteFiles::open(settings.site.as_deref())
        .map_err(|error| Failure::unavailable("The site cannot be read: see MOORING_SITE", error))?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| Failure::unavailable(format!("Cannot listen on {}: {error}", settings.listen), error))?;
    let address = listener.local_addr().map_err(Failure::internal)?;

    let artifacts = artifacts(settings)?;
    let (reporter, reports) = engine::reporting();
    let engine = local_engine(settings, artifacts.clone(), clock, reporter, foundation.step_secrets()).await?;
    let closing = CancellationToken::new();
    let house = foundation.build(settings, artifacts, engine, reports, files, &closing);
    house.operations.sweep().await?;
    if let Some(path) = &settings.profiles_file {
        house.operations.apply_profiles(&read_profiles(path)?).await?;
    }
    welcome(settings, &house.operations, address).await?;

    let House { router, background, .. } = house;
    let closed = closing.clone();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { closed.cancelled().await });
    let mut serving = tokio::spawn(server.into_future());
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = asked_to_stop => {
            tracing::info!("stopping; steps that run go on, and are taken up again at the next start");
            closing.cancel();
            match tokio::time::timeout(GRACE, &mut serving).await {
                Ok(ended) => ended,
                Err(_) => {
                    serving.abort();
                    tracing::warn!("requests that took too long were cut");
                    Ok(Ok(()))
                }
            }
        }
    };
    background.stop().await;
    drop(lock);
    ended.map_err(Failure::internal)?.map_err(|error| Failure::unavailable("The server cannot go on", error))
}

/// The one line on standard output: where to go, and for the machine's owner the way in.
async fn welcome(settings: &Settings, operations: &Operations, address: SocketAddr) -> Result<(), Failure> {
    // Behind a proxy that knows its people, nobody is to be made up.
    if !settings.trusted_header.is_used() && settings.open_id.is_none() && settings.kubernetes.is_none() {
        operations.welcome_first_user(&settings.first_user).await?;
    }
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", within_reach(address)));
    let line = match operations.issue_owners_link().await? {
        Some(link) => format!("Mooring is ready. Sign in once with this link: {url}/sign-in?link={link}"),
        None => format!("Mooring is ready. Sign in: {url}/sign-in"),
    };
    let mut stdout = stdout();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    Ok(())
}

/// A browser cannot go to "every address of this machine".
fn within_reach(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

fn log_to_stderr(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        Failure::invalid(format!("log is {:?}: expected a filter as in info,mooring=debug: {error}", settings.log))
    })?;
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(stderr().is_terminal()).with_writer(stderr).init();
    Ok(())
}

fn signals() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::unavailable("Signals cannot be listened to", error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
