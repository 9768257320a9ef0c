//! Counts requests and their times, by method, path template and status: labels a caller cannot multiply.

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use super::AppState;

const REQUESTS: &str = "jebi_http_requests_total";
/// From the request's head to the answer's head; a file's body goes on after it.
const TIME: &str = "jebi_http_request_seconds";
/// The path of what no route takes.
const NO_ROUTE: &str = "none";

/// Says what they mean.
pub fn describe() {
    describe_counter!(REQUESTS, Unit::Count, "Requests answered, by method, path template and status.");
    describe_histogram!(TIME, Unit::Seconds, "Time from a request's head to its answer's head.");
}

/// Counts a request.
pub async fn count(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = state.clock.boot();
    let method = known(request.method());
    let path = request.extensions().get::<MatchedPath>().map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    histogram!(TIME, "method" => method, "path" => path.clone()).record(state.clock.boot().since(begun).as_secs_f64());
    counter!(REQUESTS, "method" => method, "path" => path, "status" => response.status().as_str().to_owned()).increment(1);
    response
}

/// Methods are free text in HTTP (RFC 9110, 9.1): others than the usual ones share a label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
