//! The template language under strangers' hands.

mod fuzz;
mod memory;
mod shared;
