//! The launcher as a program of its own, for tests.

use std::process::ExitCode;

struct Now;

impl model::Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "a program's outermost layer is where the present comes in")]
    fn now(&self) -> model::Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        model::Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

fn main() -> ExitCode {
    launcher::main(std::env::args_os().skip(1), &Now)
}
