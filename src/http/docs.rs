//! `/docs`: the API's description as a page to try it on (Swagger UI, requirement S4-4). Its files are part of the program: the page
//! asks nobody else for anything.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::Path,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Redirect, Response},
};
use utoipa_swagger_ui::Config;

use super::error::{Problem, not_found, panicked};

/// The page runs its own scripts and asks this server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Leads to the page.
pub async fn enter() -> Redirect {
    Redirect::permanent("/docs/")
}

/// The page itself.
pub async fn page() -> Result<Response, Problem> {
    serve("index.html").await
}

/// A file of it.
pub async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    serve(&name).await
}

async fn serve(name: &str) -> Result<Response, Problem> {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    // No validator: it would be somebody else's server.
    let config = CONFIG.get_or_init(|| Arc::new(Config::from("/openapi.json").validator_url("none").persist_authorization(false)));
    let served = utoipa_swagger_ui::serve(name, Arc::clone(config)).map_err(|error| error.to_string());
    let file = match served {
        Ok(Some(file)) => file,
        Ok(None) => return Err(not_found().await),
        Err(error) => return Ok(panicked(Box::new(format!("a file of Swagger UI could not be made: {error}")))),
    };
    let headers = [
        (CONTENT_TYPE, file.content_type.as_str()),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    let packed = file.gzpipped.then_some([(CONTENT_ENCODING, "gzip")]);
    let body = file.bytes.into_owned();
    Ok(match packed {
        Some(encoding) => (StatusCode::OK, headers, encoding, body).into_response(),
        None => (StatusCode::OK, headers, body).into_response(),
    })
}
