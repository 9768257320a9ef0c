//! Decisions of dispatch: what is claimed, when a mail may go, how many calls are out, whether the provider is well, what an
//! outcome means. One [`Dispatch`] per provider, shared by its sender threads, its claimer and its settler
//! (`crate::worker::dispatch` holds those loops). Its lock is held for microseconds and never across an await.
//!
//! Mail is pulled, not pushed: a sender first has a permit and an established connection, then takes a slot, and only then it
//! is decided which mail goes: the first transactional one, if there is any. So transactional mail overtakes claimed bulk, and a
//! slow connection holds up no mail in particular.

mod account;
pub mod ahead;
pub mod answer_time;
pub mod bulk;
pub mod concurrency;
mod daily;
mod fence;
pub mod files;
pub mod health;
pub mod lateness;
mod loading;
mod metrics;
mod park;
pub mod ready;
mod receivers;
mod settings;
pub mod settle;
mod shared;
mod state;
mod stop;
mod supply;
pub mod turns;
pub mod window;

pub use fence::Fence;
pub use settings::Settings;
pub use shared::Ask;
pub use state::{Again, Dispatch, Reserve, Setup, Take};
pub use stop::Left;
pub use supply::Rooms;
