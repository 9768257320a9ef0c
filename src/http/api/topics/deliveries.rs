//! `GET /v1/topics/{id}/deliveries.csv`: every recipient of a topic and what became of the mail.

use axum::{extract::State, response::Response};
use jebi_domain::{port::store::DeliveryFilter, refusal::Refusal};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::{
    deliveries::{
        csv,
        filter::{read_email, read_feedback, read_state},
    },
    shape,
};
use crate::{
    http::{
        AppState,
        error::Problem,
        params::{Id, Params},
    },
    service::times::Times,
};

/// Which deliveries of the topic to write; all conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TopicFilter {
    /// In this state.
    #[param(schema_with = shape::state)]
    state: Option<String>,
    /// This was reported of it.
    #[param(schema_with = shape::feedback)]
    feedback: Option<String>,
    /// To this address, in any case.
    email: Option<String>,
    /// Accepted by this server at that time or later: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    since: Option<String>,
    /// Accepted by this server before that time.
    until: Option<String>,
}

impl TopicFilter {
    fn conditions(&self, topic: String, times: &Times) -> Result<DeliveryFilter, Refusal> {
        Ok(DeliveryFilter {
            topic: Some(topic),
            state: self.state.as_deref().map(|text| read_state("state", text)).transpose()?,
            feedback: self.feedback.as_deref().map(read_feedback).transpose()?,
            email: self.email.as_deref().map(read_email).transpose()?,
            since: self.since.as_deref().map(|text| times.point("since", text)).transpose()?,
            until: self.until.as_deref().map(|text| times.point("until", text)).transpose()?,
            ..DeliveryFilter::default()
        })
    }
}

/// A topic's deliveries as a CSV file
///
/// One row for each recipient of all its messages, newest message first, with the result, everything reported afterwards, and the reason.
/// The file is as `/v1/deliveries.csv` writes it, and as long as the topic is.
#[utoipa::path(
    get, path = "/v1/topics/{id}/deliveries.csv", tag = "topics", operation_id = "deliveries_csv",
    params(("id" = String, Path, description = "The topic_id given when sending."), TopicFilter),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv",
            headers(("Content-Disposition" = String, description = "With the file's name."))),
        (status = 404, description = "No such topic."),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn file(State(state): State<AppState>, Id(id): Id<String>, Params(filter): Params<TopicFilter>) -> Result<Response, Problem> {
    let filter = filter.conditions(id, &state.times)?;
    // What is not there is told; an empty file would say that nobody was mailed.
    state.search.topic(filter.topic.as_deref().unwrap_or_default()).await?;
    csv::stream(state, filter).await
}
