//! The server: adapters put together, and the command line. Rules live in the rooms, not here.

mod command_line;
mod commands;
mod downloads;
mod routes;
mod settings;
mod site;
mod wiring;
mod world;

pub use command_line::main;
pub use downloads::DownloadSettings;
pub use routes::routes;
pub use settings::{ClusterSettings, OpenIdSettings, Overrides, Settings, TrustedHeaderSettings};
pub use site::SiteFiles;
pub use wiring::{Foundation, House};
pub use world::{OsChance, SystemClock};
