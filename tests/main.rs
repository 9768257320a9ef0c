//! The one integration binary: one module per area, one file per story.

mod provider;
mod support;
