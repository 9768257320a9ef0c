//! Pages for people, with everything they need inside the program.

pub mod inbox;
