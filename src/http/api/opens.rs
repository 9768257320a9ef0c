//! `/v1/events/open`: the picture of followed mail, by the first document's own address (requirement S3-5).

use axum::{
    extract::{Extension, RawQuery, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::http::{AppState, access::client::Client, page::click::visitor};

/// One transparent pixel (GIF89a).
const PIXEL: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// A mail was opened
///
/// Answers the picture, whatever the id: nobody learns which ids there are. Only an id this server wrote into a mail is counted.
#[utoipa::path(
    get, path = "/v1/events/open", tag = "events", security(()),
    params(("request_id" = Option<String>, Query, description = "What the mail's picture has.")),
    responses((status = 200, description = "One transparent pixel.", body = Vec<u8>, content_type = "image/gif")),
)]
pub async fn open(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // What we write needs no decoding; what needs some is not ours.
    let token = query.as_deref().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("request_id=")));
    if let (Some(token), Some(visitor)) = (token, visitor(client, &method, &headers)) {
        state.tracking.opened(token, visitor);
    }
    let fixed = HeaderValue::from_static;
    // Otherwise proxies would keep it, and later opens would not be seen.
    let headers = [(CONTENT_TYPE, fixed("image/gif")), (CACHE_CONTROL, fixed("no-store,no-cache,max-age=0,private"))];
    (headers, PIXEL.as_slice()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_one_transparent_pixel() {
        assert!(PIXEL.starts_with(b"GIF89a\x01\x00\x01\x00") && PIXEL.ends_with(b";"), "1 by 1");
        assert_eq!(&PIXEL[19..23], b"!\xf9\x04\x01", "a colour is transparent");
    }
}
