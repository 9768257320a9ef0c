//! The one integration binary.

mod dispatch;
