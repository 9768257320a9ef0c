//! Dispatch against a store in memory and a scripted provider, on a clock moved by hand.

mod bulk;
mod files;
mod health;
mod lanes;
mod large;
mod links;
mod nodes;
mod outcomes;
mod quota;
mod rate;
mod receivers;
pub(crate) mod rig;
mod stop;
mod workers;
