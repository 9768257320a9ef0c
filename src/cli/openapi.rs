//! `jebi openapi`: prints the description of the API.

use super::{Failure, print};
use crate::http::openapi;

pub(super) fn run() -> Result<(), Failure> {
    let document = openapi::json();
    print(&String::from_utf8_lossy(&document));
    Ok(())
}
