//! `GET /v1/topics/{id}`: what became of a topic's mail.

use axum::{Json, extract::State};
use jebi_domain::{
    port::{
        engagement::TopicLink,
        results::HourCounts,
        store::{Engaged, TopicView},
    },
    refusal::{Fault, Refusal},
    results::{Point, Rates, Series, Step},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{
        again::within,
        shape::{self, Time},
    },
    TopicBody,
};
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Id, Params},
    },
    service::results::{Asked, Shown},
};

/// Links shown when the caller does not say.
const LINKS: u32 = 10;
/// Links of a topic shown at most.
const MAX_LINKS: u32 = 100;

/// Which series to show.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// By `hour` (the default), or by `day` in the server's time zone (`TIME_ZONE`).
    #[param(schema_with = step)]
    series: Option<String>,
    /// Hours that begin at that time or later: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    since: Option<String>,
    /// Hours that begin before that time.
    until: Option<String>,
    /// Links shown, those followed most often first: 0 to 100, 10 by default.
    #[param(minimum = 0, maximum = 100)]
    links: Option<u32>,
}

fn step() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    shape::words([Step::Hour, Step::Day].map(Step::as_str))
}

/// A topic and what became of its mail.
#[derive(Serialize, ToSchema)]
pub struct TopicResults {
    #[serde(flatten)]
    topic: TopicBody,
    /// How often mail of the topic was opened, by programs too; a recipient who opens a mail twice counts twice.
    opens: i64,
    /// The same by people, as far as can be told.
    opens_by_person: i64,
    /// How often links of it were followed, by programs too.
    clicks: i64,
    /// The same by people, as far as can be told.
    clicks_by_person: i64,
    rates: RatesBody,
    /// When the rest of it will have been sent: an estimate from rate, 24-hour limit and the mail that shares them now, and not before
    /// the last of it is due. `null` where nothing of it waits, while it is paused, or a provider of it sends nothing or has no limit.
    estimated_finish_at: Option<Time>,
    series: SeriesBody,
    /// Those followed most often first.
    links: Vec<LinkBody>,
}

/// A link of a topic's mail.
#[derive(Serialize, ToSchema)]
#[schema(as = TopicLink)]
struct LinkBody {
    /// As it stands in the mail, or in the template where it is filled in; `null` for all links together beyond the first 1,000 of the topic,
    /// those that came whole with a variable, and those whose address was erased with a person's data.
    url: Option<String>,
    /// How often it was followed, by programs too.
    clicks: i64,
    clicks_by_person: i64,
    /// Recipients who followed it, by programs too.
    recipients: i64,
    recipients_by_person: i64,
}

impl From<TopicLink> for LinkBody {
    fn from(TopicLink { url, clicks, clicks_by_person, recipients, recipients_by_person }: TopicLink) -> Self {
        Self { url: Some(url).filter(|url| !url.is_empty()), clicks, clicks_by_person, recipients, recipients_by_person }
    }
}

/// Recipients as parts of a whole, from 0 to 1; `null` where the whole is 0. The whole of `delivered`, `bounced` and `soft_bounced` is
/// `sent`, that of all others `delivered`. A report can be missing: a part larger than its whole is 1.
#[derive(Serialize, ToSchema)]
#[schema(as = Rates)]
struct RatesBody {
    /// Of `sent`.
    #[schema(minimum = 0, maximum = 1)]
    delivered: Option<f64>,
    /// Of `sent`.
    #[schema(minimum = 0, maximum = 1)]
    bounced: Option<f64>,
    /// Of `sent`.
    #[schema(minimum = 0, maximum = 1)]
    soft_bounced: Option<f64>,
    /// Of `delivered`.
    #[schema(minimum = 0, maximum = 1)]
    complained: Option<f64>,
    /// Of `delivered`, by programs too.
    #[schema(minimum = 0, maximum = 1)]
    opened: Option<f64>,
    /// Of `delivered`, by programs too.
    #[schema(minimum = 0, maximum = 1)]
    clicked: Option<f64>,
    /// Of `delivered`.
    #[schema(minimum = 0, maximum = 1)]
    opened_by_person: Option<f64>,
    /// Of `delivered`.
    #[schema(minimum = 0, maximum = 1)]
    clicked_by_person: Option<f64>,
    /// Of `delivered`.
    #[schema(minimum = 0, maximum = 1)]
    unsubscribed: Option<f64>,
}

impl From<Rates> for RatesBody {
    fn from(r: Rates) -> Self {
        Self {
            delivered: r.delivered,
            bounced: r.bounced,
            soft_bounced: r.soft_bounced,
            complained: r.complained,
            opened: r.opened,
            clicked: r.clicked,
            opened_by_person: r.opened_by_person,
            clicked_by_person: r.clicked_by_person,
            unsubscribed: r.unsubscribed,
        }
    }
}

/// What happened when. Hours and days in which nothing happened are left out.
#[derive(Serialize, ToSchema)]
#[schema(as = Series)]
struct SeriesBody {
    /// `hour` or `day`.
    #[schema(schema_with = step)]
    step: &'static str,
    /// Oldest first: the newest 744 hours or 366 days of the time asked for.
    points: Vec<PointBody>,
    /// Whether earlier points were left out; ask for them with `until`.
    more: bool,
}

/// One step. Recipients, each counted in the hour it happened to them first.
#[derive(Serialize, ToSchema)]
#[schema(as = Point)]
struct PointBody {
    /// When the hour or the day begins.
    at: Time,
    /// The day; `null` in a series by hour.
    #[schema(format = Date)]
    date: Option<String>,
    sent: i64,
    delivered: i64,
    bounced: i64,
    complained: i64,
    opened: i64,
    clicked: i64,
    opened_by_person: i64,
    clicked_by_person: i64,
    unsubscribed: i64,
}

impl From<Point> for PointBody {
    fn from(Point { at, date, counts }: Point) -> Self {
        let HourCounts { sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed } =
            counts;
        Self {
            at: Time(at),
            date: date.map(|date| date.to_string()),
            sent,
            delivered,
            bounced,
            complained,
            opened,
            clicked,
            opened_by_person,
            clicked_by_person,
            unsubscribed,
        }
    }
}

impl TopicResults {
    fn new(view: TopicView, finish: Option<Wall>, step: Step, series: Series, links: Vec<TopicLink>) -> Self {
        let Engaged { opens, opens_by_person, clicks, clicks_by_person } = view.engaged;
        Self {
            opens,
            opens_by_person,
            clicks,
            clicks_by_person,
            rates: Rates::of(&view.counts).into(),
            estimated_finish_at: finish.map(Time),
            series: SeriesBody { step: step.as_str(), points: series.points.into_iter().map(PointBody::from).collect(), more: series.more },
            links: links.into_iter().map(LinkBody::from).collect(),
            topic: view.into(),
        }
    }
}

/// Show a topic
///
/// What became of the mail of all its messages: how the recipients stand, how often it was opened and clicked, rates, what happened when,
/// and when the rest of it will have been sent. `sent` is cumulative: what was delivered or bounced was sent too. What this reads does not
/// grow with the number of recipients.
#[utoipa::path(
    get, path = "/v1/topics/{id}", tag = "topics",
    params(("id" = String, Path, description = "The topic_id given when sending."), SeriesQuery),
    responses(
        (status = 200, description = "The topic.", body = TopicResults),
        (status = 404, description = "No such topic."),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn show(State(state): State<AppState>, Id(id): Id<String>, Params(query): Params<SeriesQuery>) -> Reply<TopicResults> {
    let step = query.series.as_deref().map_or(Ok(Step::Hour), read_step)?;
    let point = |field, text: Option<&str>| text.map(|text| state.times.point(field, text)).transpose();
    let (since, until) = (point("since", query.since.as_deref())?, point("until", query.until.as_deref())?);
    let links = within("links", query.links.unwrap_or(LINKS), 0, MAX_LINKS)?;
    let Shown { found, series, links } = state.results.topic(&id, Asked { step, since, until, links }).await?;
    let finish = state.forecast.topic_finished_at(&found.view, &found.waiting).await?;
    Ok(Json(TopicResults::new(found.view, finish, step, series, links)))
}

fn read_step(text: &str) -> Result<Step, Refusal> {
    Step::parse(text).ok_or_else(|| {
        let fault = format!("{text:?} is no step of a series");
        Refusal::invalid(Fault::new("series", "unknown_value", fault, "use hour or day"))
    })
}
