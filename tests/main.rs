//! The one integration binary: one linking, one module an area, one file a story.

mod arch;
mod cli;
mod config;
mod dispatch;
mod provider;
mod store;
mod story;
mod support;
