//! The one integration binary.

mod story;
mod support;
