//! The one integration binary: one linking, one module an area, one file a story.

mod arch;
mod cli;
mod cluster;
mod config;
mod crash;
mod deploy;
mod dispatch;
mod feedback;
mod mime;
mod page;
mod provider;
mod rate;
mod store;
mod story;
mod support;
mod template;
