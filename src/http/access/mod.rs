//! What a request passes before its handler.
//!
//! | file | owns |
//! |---|---|
//! | `client` | where a request really comes from: the peer, or what a declared proxy says |
//! | `forwarded` | reading `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` |
//! | `gate` | networks that may call, and the way from HTTP to HTTPS |
//! | `headers` | what every answer says to browsers |
//! | `cors` | pages of other origins |
//! | `load` | how much is taken at once |

pub mod client;
pub mod cors;
mod forwarded;
pub mod gate;
pub mod headers;
pub mod load;
