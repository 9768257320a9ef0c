use crate::{
    port::Boxed,
    time::{Boot, Wall},
};

/// The only source of time.
pub trait Clock: Send + Sync {
    /// Wall time; may jump.
    fn wall(&self) -> Wall;
    /// Time that runs through suspend and never goes back.
    fn boot(&self) -> Boot;
    /// Completes when boot time has reached `until`, at most about a millisecond and a half late on an idle machine.
    fn sleep_until(&self, until: Boot) -> Boxed<'static, ()>;
}
