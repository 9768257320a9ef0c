//! The one integration binary: one linking, one module a subject.

mod arch;
mod config;
